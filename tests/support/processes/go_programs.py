"""Programs that tests need and that come as Go modules: built once, in some minutes, and kept. `.ci/run` builds the same ones."""

import os
import shutil
import subprocess
from pathlib import Path


def go_program(setting: str, name: str, module: str) -> Path | None:
    """The one that the environment variable names, or that is kept, or that Go builds; None: there is none."""
    named = os.environ.get(setting)
    if named:
        return Path(named)
    kept = Path.home() / ".cache" / "redress" / name
    if not kept.exists() and shutil.which("go"):
        built = kept.parent / "build"
        subprocess.run(["go", "install", module], check=True, env={**os.environ, "GOBIN": str(built)}, capture_output=True)
        (built / module.partition("@")[0].rpartition("/")[2]).rename(kept)
    return kept if kept.exists() else None
