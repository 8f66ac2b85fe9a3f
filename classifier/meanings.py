"""Sentences and what they mean for how urgent a case is (CLS-3): what the reader of meanings learns from and is judged by.

A CSV with `text` and `means`: `danger`, `public`, `urgent`, the heaviest of what the words say, or nothing. Instead of `text`, a file may
have a review's place, as in `classifier/texts.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.evaluate import Share
from classifier.texts import DATA, TextsError, bare, read_texts, rows_of
from models.common.base import Frozen
from models.common.vocabulary import Meaning
from models.policy.grading import GradingPolicy
from rules.case.grading import listed
from rules.classification.meaning import MeaningReader

MEANINGS = (DATA / "meanings_zh.csv", DATA / "meanings.csv")
"""What the shipped reader is trained on; where they come from: `data/README.md`."""
ORDINARY = tuple(DATA / f"{name}.csv" for name in ("sentences", "no_issue", "reviews_zh", "praise_zh", "later_zh"))
"""And these texts of the classifier, which mean nothing urgent unless one of the files above says so."""


class Meant(Frozen):
    """A text and the heaviest of what it means. None: nothing that makes a case urgent."""

    text: str
    means: Meaning | None


@dataclass(frozen=True)
class Heed:
    """How well danger is heard, and how often the rest is read as it is meant."""

    right: Share
    missed: Share
    """Of the texts that say danger."""
    mistaken: Share
    """Of those that do not, how many are read as danger."""


def read_meanings(path: Path) -> tuple[Meant, ...]:
    """Every row of a file; raises TextsError."""
    return tuple(Meant(text=text, means=_meaning(path, line, row["means"] or "")) for line, text, row in rows_of(path, "means"))


def shipped_meanings() -> tuple[Meant, ...]:
    """All that the shipped reader is trained on; raises TextsError."""
    ordinary = (Meant(text=labelled.text, means=None) for path in ORDINARY for labelled in read_texts(path))
    return once(ordinary, *map(read_meanings, MEANINGS))


def _meaning(path: Path, line: int, value: str) -> Meaning | None:
    try:
        return Meaning(value) if value else None
    except ValueError as error:
        message = f"{path.name}, line {line}, means: {value!r}; write {', '.join(Meaning)} or leave it empty"
        raise TextsError(message) from error


def once(*groups: Iterable[Meant]) -> tuple[Meant, ...]:
    """All texts, each once, as the later group has it."""
    by_text = {bare(meant.text) or meant.text: meant for group in groups for meant in group}
    return tuple(by_text[key] for key in sorted(by_text))


def heaviest(grading: GradingPolicy, reader: MeaningReader | None, text: str) -> Meaning | None:
    """The heaviest of what is heard in a text, by the reader, or where there is none by the lists of words."""
    heard = reader.read(text, grading) if reader else listed(grading, text)
    return next((meaning for meaning in Meaning if any(one.meaning is meaning for one in heard)), None)


def heed(texts: Sequence[Meant], read: Sequence[Meaning | None]) -> Heed:
    """How well these texts were read."""
    pairs = [(meant.means, said) for meant, said in zip(texts, read, strict=True)]
    danger = [said for meant, said in pairs if meant is Meaning.DANGER]
    other = [said for meant, said in pairs if meant is not Meaning.DANGER]
    return Heed(
        right=Share(sum(meant is said for meant, said in pairs), len(pairs)),
        missed=Share(sum(said is not Meaning.DANGER for said in danger), len(danger)),
        mistaken=Share(sum(said is Meaning.DANGER for said in other), len(other)),
    )
