"""A real ClamAV daemon for tests, with one signature of its own: the test string that every scanner knows."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.processes.ports import free_port

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FOUND = "Eicar-Test.UNOFFICIAL"
MISSING = "no ClamAV is installed (Debian: apt-get install clamav-daemon)"


def clamd_program() -> str | None:
    """Debian keeps it where only administrators look."""
    return shutil.which("clamd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


@dataclass(frozen=True)
class Clamd:
    """Where it is reached."""

    address: str
    socket: str


@contextmanager
def running_clamd(folder: Path, most_bytes: int = 1024 * 1024) -> Generator[Clamd]:
    program = clamd_program()
    assert program, MISSING
    (folder / "signatures").mkdir()
    (folder / "signatures" / "own.ndb").write_text(f"Eicar-Test:0:*:{EICAR[28:].hex()}\n")
    port = free_port()
    told = {
        "Foreground": "yes",
        "TCPAddr": "127.0.0.1",
        "TCPSocket": port,
        "LocalSocket": folder / "socket",
        "DatabaseDirectory": folder / "signatures",
        "StreamMaxLength": most_bytes,
    }
    if os.geteuid() == 0:
        told["User"] = "root"  # else it becomes somebody who may not read the folder
    (folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in told.items()))
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([program, f"--config-file={folder / 'clamd.conf'}"], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 30
        while not (folder / "socket").exists() or not _answers(port):
            assert running.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.05)
        yield Clamd(f"127.0.0.1:{port}", str(folder / "socket"))
    finally:
        running.terminate()
        running.wait(timeout=10)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as talking:
            talking.sendall(b"zPING\0")
            return talking.recv(10) == b"PONG\0"
    except OSError:
        return False


def pytest_configure() -> None:
    if clamd_program() is None and os.environ.get("REDRESS_REQUIRE_CLAMAV") == "1":
        message = f"REDRESS_REQUIRE_CLAMAV=1, but {MISSING}"
        raise pytest.UsageError(message)


def pytest_ignore_collect(collection_path: os.PathLike[str]) -> bool | None:
    """Without ClamAV its tests are left out, and the last lines say so."""
    return True if os.fspath(collection_path).endswith("_clamav.py") and clamd_program() is None else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if clamd_program() is None:
        terminalreporter.section(f"left out: {MISSING}")
        terminalreporter.line("tests/adapters/evidence/test_clamav.py")
