"""What words mean for how urgent a case is (CLS-3): danger, a regulator or the press, a moment that is near.

A linear model that learned from sentences reads beside the policy's lists of words: it hears what these have no word for, and knows when one
of their words means something else. The API reads what people say, once, and sends along what it heard: a workflow that is replayed never
asks a newer model. Where nobody read, the workflow takes the lists alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from models.case.heard import MOST, QUOTED, Heard
from models.common.vocabulary import Meaning
from models.policy.grading import GradingPolicy
from rules.case.grading import heaviest_first, listed, told_apart, words_for
from rules.classification import linear
from rules.classification.linear import Linear, LinearSheet, ModelError, read_model
from rules.classification.ngrams import more_terms, terms

MODEL = linear.MODEL / "meaning"
NOTHING = ""
"""The model's answer for words that make no case urgent."""
PASSAGE = 120
"""A text is read in passages of whole clauses, of up to about so many letters, as the model's sentences are: in a long one a danger would drown."""
_CLAUSES = re.compile(rf"[^,.!?;，。！？；\n]{{0,{PASSAGE}}}[,.!?;，。！？；\n]*")


DOUBTED = 0.2
"""With less of a chance than that, in its passage and by itself, a clause with a word of a list means something else: smoke grey."""


LITTLE = 4
"""A passage of fewer letters says too little for a model: it is read by the lists alone."""
_LETTER = re.compile(r"\w")


class MeaningSheet(LinearSheet):
    """Its answers are meanings, and NOTHING."""

    TRAINED_BY: ClassVar[str] = "redress classifier meanings train"

    least: dict[Meaning, float] = Field(min_length=len(Meaning))
    """From which chance on a meaning is heard without a word of its list."""


@dataclass(frozen=True)
class MeaningReader:
    """The model. Pure and deterministic; safe to share between threads."""

    sheet: MeaningSheet
    linear: Linear

    def read(self, text: str, rules: GradingPolicy) -> tuple[Heard, ...]:
        """What is heard in a text: the words of the lists, or else the passage that says the meaning best; never raises, whatever the text."""
        words: dict[Heard, None] = {}
        best: dict[Meaning, tuple[float, str]] = {}
        for passage in passages(text):
            enough = len(_LETTER.findall(passage)) >= LITTLE
            for meaning, chance in self.chances(passage, rules).items():
                said = tuple(self._said(rules, meaning, chance, passage))
                words |= {Heard(meaning=meaning, words=word): None for word in said}
                if not said and enough and chance >= max(self.sheet.least[meaning], best.get(meaning, (0.0, ""))[0]):
                    best[meaning] = chance, passage
        listed = {one.meaning for one in words}
        by = f"model:{self.sheet.version}"
        read = (Heard(meaning=one, words=_quoted(passage), by=by) for one, (_, passage) in best.items() if one not in listed)
        return heaviest_first((*read, *words))

    def _said(self, rules: GradingPolicy, meaning: Meaning, chance: float, passage: str) -> Iterator[str]:
        """The words of the meaning's list that the passage says, without those of clauses that mean something else."""
        for clause in _CLAUSES.findall(passage):
            words = words_for(rules, meaning, clause)
            if words and (chance >= DOUBTED or self.chances(clause, rules)[meaning] >= DOUBTED):
                yield from words

    def chances(self, passage: str, rules: GradingPolicy) -> dict[Meaning, float]:
        """How probable each meaning is."""
        found = zip(self.sheet.answers, self.linear.chances(meaning_terms(passage, rules)), strict=True)
        return {Meaning(answer): float(chance) for answer, chance in found if answer != NOTHING}

    def likeliest(self, text: str, rules: GradingPolicy) -> dict[Meaning, float]:
        """How probable each meaning is in the passage that says it best."""
        read = [self.chances(passage, rules) for passage in passages(text)]
        return {meaning: max((chances[meaning] for chances in read), default=0.0) for meaning in Meaning}


def meaning_terms(passage: str, rules: GradingPolicy) -> list[str]:
    """What the model counts in a passage: without what the senses deny. Numbers count as they are: 12315 and 999 are called for help."""
    plain = told_apart(rules, passage)
    return terms(plain) + more_terms(plain)


def passages(text: str) -> Iterator[str]:
    """The text in parts of whole clauses."""
    passage = ""
    for clause in _CLAUSES.findall(text):
        if passage and len(passage) + len(clause) > PASSAGE:
            yield passage
            passage = ""
        passage += clause
    if passage.strip():
        yield passage


def _quoted(passage: str) -> str:
    words = " ".join(passage.split())
    return words if len(words) <= QUOTED else f"{words[: QUOTED - 1]}…"


def load_reader(folder: Path = MODEL) -> MeaningReader:
    """Read a trained model; raises ModelError."""
    return MeaningReader(*read_model(folder, MeaningSheet))


@cache
def default_reader() -> MeaningReader | None:
    """The model shipped beside the code, read once a process; None when there is none."""
    try:
        return load_reader()
    except ModelError:
        return None


def heard_in(text: str, names: Sequence[str], rules: GradingPolicy) -> tuple[Heard, ...] | None:
    """What the shipped model and the lists of words hear; None without a model. `names` of evidence are read by the lists alone: a model
    makes of photo.png whatever it likes.
    """
    reader = default_reader()
    if reader is None:
        return None
    return tuple(dict.fromkeys((*reader.read(text, rules), *listed(rules, "\n".join(names)))))[:MOST]
