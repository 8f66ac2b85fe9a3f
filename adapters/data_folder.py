"""The data folder, which holds people's words and pictures: nobody but its owner looks into it, and it is told when it is full."""

import os
import shutil
from pathlib import Path

from settings import Settings

PRIVATE = 0o077
"""What a file or folder that we make never grants: anything to others than its owner."""

LEAST_FREE_BYTES = 64 * 1024 * 1024
"""Below this the databases may fail to write at any moment."""


def open_data_folder(settings: Settings) -> Path:
    """Make the data folder if need be, with mode 0700, and let this process and its children make files of mode 0600."""
    os.umask(PRIVATE)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.data_dir.chmod(0o700)
    return settings.data_dir


def lack_of_space(settings: Settings) -> str | None:
    """A sentence when the data folder's disk is nearly full; None: there is room, or nothing is kept there."""
    if not settings.data_dir.exists():
        return None
    free = shutil.disk_usage(settings.data_dir).free
    if free >= LEAST_FREE_BYTES:
        return None
    return f"only {free // 1024 // 1024} MB free in {settings.data_dir}, of at least {LEAST_FREE_BYTES // 1024 // 1024} MB; make room"
