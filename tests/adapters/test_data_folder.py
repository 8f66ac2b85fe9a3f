"""The data folder is its owner's alone."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from settings import ROOT

MAKES_FILES = """
from adapters.data_folder import open_data_folder
from settings import Settings
folder = open_data_folder(Settings())
(folder / "evidence").mkdir()
(folder / "evidence" / "picture").write_bytes(b"x")
"""


def test_nobody_else_reads_what_lies_in_the_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    environment = os.environ | {"REDRESS_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", MAKES_FILES], env=environment, check=True)
    made = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert set(made.values()) == {0o700, 0o600}
    assert made[folder / "evidence" / "picture"] == 0o600
