"""What went wrong, from words (CLS-2): Chinese and English, with a confidence that is the chance of being right.

A linear model over character n-grams (Chinese), words (English) and the lexicon's scores; without a model, the lexicon alone.
It is trained by `classifier/`, kept as two plain files, and read here with numpy only. The workflow's sandbox never loads it.
"""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from models.case.state import Classification
from models.common.base import Frozen
from models.common.vocabulary import Issue
from rules.classification.lexicon import Lexicon, default_lexicon
from rules.classification.linear import MODEL, Linear, LinearSheet, ModelError, read_model
from rules.classification.ngrams import terms

NO_ISSUE = ""
"""The model's answer for words that say no issue: praise, nonsense, another language."""
LEXICON_SCALE = 0.2
LEXICON_CAP = 4.0
"""More than so much weight for one issue says no more."""
SURE = 0.99
"""Words are never read with certainty."""


class Calibration(Frozen):
    """confidence = 1 / (1 + exp(-(base + slope·logit(p)))), fitted on texts that the model had not seen."""

    base: float = 0.0
    slope: float = Field(default=1.0, ge=0)

    def confidence(self, chance: float) -> float:
        """How often a first guess with the model's own chance p is right; 0 ≤ confidence ≤ 0.99."""
        x = self.base + self.slope * logit(chance)
        return min(1 / (1 + math.exp(-min(max(x, -30.0), 30.0))), SURE)


class Sheet(LinearSheet):
    """Its answers are issues, and NO_ISSUE."""

    TRAINED_BY: ClassVar[str] = "redress classifier train"

    lexicon: str
    """The lexicon it was trained with; another one works too, a little worse until the next training."""
    issues: tuple[Issue, ...]
    """The order of the lexicon's scores, the last rows of the weights."""
    calibration: Calibration
    triage_below: float = Field(ge=0, le=1)
    """The recommended threshold: of texts decided at or above it, nine in ten are right."""

    @property
    def beside(self) -> int:
        return len(self.issues)

    def decide(self, chances: npt.NDArray[Any]) -> Classification:
        """The answer to probabilities in the order of `answers`: the likeliest issue with the next two."""
        order = [int(place) for place in np.argsort(-chances, kind="stable") if self.answers[int(place)] != NO_ISSUE]
        return Classification(
            issue=Issue(self.answers[order[0]]),
            confidence=self.calibration.confidence(float(chances[order[0]])),
            by=f"model:{self.version}",
            alternatives=tuple(Issue(self.answers[place]) for place in order[1:3]),
        )


@dataclass(frozen=True)
class Classifier:
    """A model with its lexicon. Pure and deterministic; safe to share between threads."""

    lexicon: Lexicon
    sheet: Sheet
    linear: Linear

    def classify(self, text: str) -> Classification:
        """The likeliest issue with the next two; never raises, whatever the text."""
        decided = self.sheet.decide(self._chances(self.lexicon.normalise(text)))
        if self.lexicon.version == self.sheet.lexicon:
            return decided
        return decided.model_copy(update={"by": f"{decided.by}+{self.lexicon.version}"})

    def chances(self, text: str) -> dict[str, float]:
        """The model's own probability per answer (they sum to 1), before calibration."""
        return dict(zip(self.sheet.answers, map(float, self._chances(self.lexicon.normalise(text))), strict=True))

    def _chances(self, normalised: str) -> npt.NDArray[Any]:
        found = dict(zip(self.lexicon.issues, self.lexicon.scores(normalised), strict=True))
        scores = np.array([lexicon_value(found.get(issue, 0.0)) for issue in self.sheet.issues], dtype=np.float32)
        return self.linear.chances(terms(normalised), scores)


def logit(chance: float) -> float:
    """ln(p / (1 - p)), bounded."""
    p = min(max(chance, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def lexicon_value(score: float) -> float:
    """A lexicon score as the model sees it."""
    return min(score, LEXICON_CAP) * LEXICON_SCALE


def load_classifier(folder: Path = MODEL, lexicon: Lexicon | None = None) -> Classifier:
    """Read a trained model; raises ModelError."""
    return Classifier(lexicon or default_lexicon(), *read_model(folder, Sheet))


@cache
def default_classifier() -> Classifier | None:
    """The model shipped beside the code, read once a process; None when there is none."""
    try:
        return load_classifier()
    except ModelError:
        return None


def classify(text: str, *, given: Issue | None = None) -> Classification:
    """The issue that the customer chose, or else what their words say. Never raises; unclear words get a low confidence."""
    classifier = default_classifier()
    read = classifier.classify(text) if classifier else classify_by_lexicon(text, default_lexicon())
    if given is None:
        return read
    others = tuple(issue for issue in (read.issue, *read.alternatives) if issue is not given)[:2]
    return Classification(issue=given, confidence=1.0, by="customer", alternatives=others)


def classify_by_lexicon(text: str, lexicon: Lexicon) -> Classification:
    """The floor: the issue whose words weigh most. Sure only where one issue stands far out."""
    scores = lexicon.scores(lexicon.normalise(text))
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    best, second = scores[order[0]], scores[order[1]] if len(order) > 1 else 0
    return Classification(
        issue=lexicon.issues[order[0]],
        confidence=min(best, 6) / 6 * (best - second + 1) / (best + 2),
        by=f"lexicon:{lexicon.version}",
        alternatives=tuple(lexicon.issues[place] for place in order[1:3]),
    )
