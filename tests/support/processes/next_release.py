"""A release after this one: a copy of the programs in which workflows do something else, as a release may change it."""

import shutil
from pathlib import Path

from models.common.generation import GENERATION
from settings import ROOT
from tests.support.processes.image import copied

PLACE = "        await STEPS[remedy.kind].carry_out(context, remedy.id)\n"
"""In `workflows/remedies/execution.py`: before a remedy is carried out, the release waits, which is one timer more."""
WAITS = "        await workflow.sleep(timedelta(seconds=0.1))\n"
GUARD = '        if patched("wait-before-a-remedy", {generation}):\n    '
IMPORTS = "from datetime import timedelta\n\nfrom temporalio import workflow\n\n"
NUMBER = f"GENERATION = {GENERATION}\n"


def next_release(folder: Path, *, careful: bool = True) -> Path:
    """Its folder. `careful`: the old way is kept by `patched`, for cases that went it."""
    for entry in copied():
        if (ROOT / entry).is_dir():
            shutil.copytree(ROOT / entry, folder / entry, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / entry, folder)
    guard = GUARD.format(generation=GENERATION + 1) if careful else ""
    _changed(folder / "workflows/remedies/execution.py", {PLACE: guard + WAITS + PLACE, "from models": IMPORTS + "from models"})
    _changed(folder / "models/common/generation.py", {NUMBER: f"GENERATION = {GENERATION + 1}\n"})
    return folder


def _changed(file: Path, changes: dict[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for before, after in changes.items():
        assert before in text, f"{file} has changed: {before}"
        text = text.replace(before, after, 1)
    file.write_text(text, encoding="utf-8")
