"""A second look at the texts that the classifier doubts (CLS-2): what their most telling words mean, as a vector, beside what it counts in them.

A linear model over the vector of an embedding (`adapters/embedding.py`, an extra). Its chances and the classifier's are multiplied. It is trained by
`classifier/train_second.py`, kept as two plain files, and read here with numpy only.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from models.case.known import NOTHING_KNOWN, Known
from models.case.state import Classification
from models.common.base import Frozen
from models.common.plain_text import simplified
from models.common.vocabulary import Locale
from rules.classification import linear
from rules.classification.classify import NO_ISSUE, Calibration, Classifier, Sheet, classify, default_classifier
from rules.classification.lexicon import LONGEST, Lexicon
from rules.classification.linear import Floats, Linear, LinearSheet, ModelError, likelihoods, read_model
from rules.classification.ngrams import language

Embed = Callable[[str], Floats]
"""A text as a vector of SIZE values, of length 1."""
SIZE = 384
SHARE = 0.5
"""What the second model's chances count beside the classifier's: their power in the product."""
LEAST = 1e-5
"""No chance is taken as less: one model alone rules nothing out."""
ROOM = 26.0
"""So many tokens of a text are embedded, about; each takes 2 ms in one thread."""
HAN, WORD = 0.65, 1.35
"""So many tokens are a Chinese letter, and a word of other scripts."""
MOST = 160
"""A passage has no more letters than that, whatever its words are."""
_UNIT = re.compile(r"(?P<han>[\u3400-\u9fff])|(?P<word>[^\s\u3400-\u9fff]+)|\s+")
_CLAUSE = re.compile(r"[^,.!?;，。！？；]*[,.!?;，。！？；]*")
FOLDER = "embedding"
"""Where the second model lies, in the folder of the classifier's."""
MODEL = linear.MODEL / FOLDER


class Centres(Frozen):
    """The mean vector of each language's texts. Without it a vector tells the language first of all."""

    zh: tuple[float, ...]
    en: tuple[float, ...]

    def of(self, spoken: Locale) -> Floats:
        return np.array(self.zh if spoken is Locale.ZH else self.en, dtype=np.float32)


class SecondSheet(LinearSheet):
    """Its answers are the classifier's, in the same order; it counts no terms."""

    TRAINED_BY: ClassVar[str] = "redress classifier train"

    first: str
    """The version of the classifier that it was trained beside: it fits no other."""
    centres: Centres
    calibrations: dict[Locale, Calibration]
    """Of both together, on the texts that the classifier doubts."""

    @property
    def beside(self) -> int:
        return SIZE


@dataclass(frozen=True)
class SecondReader:
    """The classifier, and the second model for what it doubts. Pure as far as `embed` is; safe to share between threads."""

    classifier: Classifier
    second: SecondSheet
    linear: Linear
    embed: Embed

    @property
    def lexicon(self) -> Lexicon:
        return self.classifier.lexicon

    @property
    def sheet(self) -> Sheet:
        return self.classifier.sheet

    def classify(self, text: str, known: Known = NOTHING_KNOWN) -> Classification:
        """As the classifier, where it would decide alone; else, in up to 60 ms, what both say together."""
        first = self.classifier.classify(text, known)
        if first.confidence >= self.sheet.triage_below:
            return first
        spoken = language(self.lexicon.normalise(text))
        seen = self.chances(self.embed(telling(self.classifier, text)), spoken)

        def decide(normalised: str) -> Classification:
            chances, agreed = self.classifier.weigh(normalised, known)
            return self.sheet.decide(together(chances, seen), self.second.calibrations.get(spoken), agreed=agreed, by=self._by)

        return self.classifier.carefully(text, decide)

    def chances(self, vector: Floats, spoken: Locale) -> npt.NDArray[Any]:
        """What the second model says alone: a chance for each answer."""
        return likelihoods(self.linear.intercept + self.linear.of_beside(vector - self.second.centres.of(spoken)))

    @property
    def _by(self) -> str:
        return f"embedding:{self.second.version}"


def together(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The chances of both models, for the same answers; they sum to 1."""
    return likelihoods(np.log(np.maximum(first, LEAST)) + SHARE * np.log(np.maximum(second, LEAST)))


class Reads(Protocol):
    """What reads a text: the classifier alone, or with the second model."""

    def __call__(self, text: str, known: Known = NOTHING_KNOWN) -> Classification: ...


def best_reading(embed: Embed | None) -> Reads:
    """The shipped classifier, with the second model where there is an embedding and it fits; else what `classify` says."""
    classifier = default_classifier()
    if classifier is None or embed is None:
        return classify
    try:
        return load_second(classifier, embed).classify
    except ModelError:
        return classify


def telling(classifier: Classifier, text: str) -> str:
    """The passage, from the start of a clause as far as there is room, in which the classifier finds one issue most clearly.

    In capitals as it was written: the embedding knows them; and in simplified script.
    """
    readable = simplified(text.encode("utf-8", "ignore").decode())
    passages = list(_passages(" ".join(readable.split())[:LONGEST]))
    if len(passages) == 1:
        return passages[0]
    issues = [place for place, answer in enumerate(classifier.sheet.answers) if answer != NO_ISSUE]

    def clear(passage: str) -> float:
        return float(classifier.weigh(classifier.lexicon.normalise(passage))[0][issues].max())

    return max(passages, key=clear)


def _passages(text: str) -> Iterator[str]:
    units = list(_UNIT.finditer(text))
    starts = [unit.start() for unit in units if unit["han"] or unit["word"]]
    places = dict.fromkeys(bisect_left(starts, clause.start()) for clause in _CLAUSE.finditer(text))
    end = 0
    for start in (starts[place] for place in places if place < len(starts)):
        if end < len(text):
            end = _end(units, start)
            yield text[start:end][:MOST]
    if not starts:
        yield ""


def _end(units: Sequence[re.Match[str]], start: int) -> int:
    room, end = ROOM, start
    for unit in units:
        if unit.start() >= start:
            room -= HAN if unit["han"] else WORD if unit["word"] else 0
            if room < 0:
                break
            end = unit.end()
    return end


def load_second(classifier: Classifier, embed: Embed, folder: Path = MODEL) -> SecondReader:
    """Read the second model that was trained beside this classifier; raises ModelError."""
    sheet, weights = read_model(folder, SecondSheet)
    if (sheet.first, sheet.answers) != (classifier.sheet.version, classifier.sheet.answers):
        message = (
            f"{folder} was trained beside the model {sheet.first}, not {classifier.sheet.version}; "
            f"run `{SecondSheet.TRAINED_BY}` with the extra `embedding` installed"
        )
        raise ModelError(message)
    return SecondReader(classifier, sheet, weights, embed)
