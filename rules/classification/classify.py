"""What went wrong, from words (CLS-2): Chinese and English, with a confidence that is a promise (`Calibration`).

A linear model over character n-grams (Chinese), words and parts of words (English) and the lexicon's scores, and what is known of the order;
without a model, the lexicon alone.
It is trained by `classifier/`, kept as two plain files, and read here with numpy only. The workflow's sandbox never loads it.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from models.case.known import NOTHING_KNOWN, Known
from models.case.state import Classification
from models.common.base import Frozen
from models.common.vocabulary import Issue, Locale
from rules.classification.alright import without
from rules.classification.known import weights
from rules.classification.lexicon import Lexicon, default_lexicon
from rules.classification.linear import MODEL, Linear, LinearSheet, ModelError, likelihoods, read_model
from rules.classification.ngrams import language, more_terms, size, terms

NO_ISSUE = ""
"""The model's answer for words that say no issue: praise, nonsense, another language."""
LEXICON_SCALE = 0.06
LEXICON_CAP = 4.0
"""More than so much weight for one issue says no more."""
SURE = 0.99
"""Words are never read with certainty."""
DOUBT = 0.45
"""No more confidence than this where the readings differ: the words alone say another issue than together with the lexicon, or none at all."""


LITTLE = 4
"""Fewer words than that say little: the lexicon must have them."""
_LETTER = re.compile(r"[^\W\d_]")


class Calibration(Frozen):
    """The confidence of one language, fitted on texts of sources that the model had not seen.

    The chance that a first guess is right is 1 / (1 + exp(-(base + slope·logit(p)))). `promises` make a promise of it: pairs of such a chance
    and the share of right guesses among all that reach it. Of guesses with a confidence of 0.93 and more, 93 % were right.
    """

    base: float = 0.0
    slope: float = Field(default=1.0, ge=0)
    promises: tuple[tuple[float, float], ...] = ()

    def chance(self, chance: float) -> float:
        """How often a first guess with the model's own chance p is right."""
        x = self.base + self.slope * logit(chance)
        return 1 / (1 + math.exp(-min(max(x, -30.0), 30.0)))

    def confidence(self, chance: float) -> float:
        """0 ≤ confidence ≤ 0.99."""
        reached = self.chance(chance)
        if self.promises:
            least = [0.0, *(start for start, _ in self.promises), 1.0]
            reached = float(np.interp(reached, least, [0.0, *(promise for _, promise in self.promises), SURE]))
        return min(reached, SURE)


class Sheet(LinearSheet):
    """Its answers are issues, and NO_ISSUE."""

    TRAINED_BY: ClassVar[str] = "redress classifier train"

    lexicon: str
    """The lexicon it was trained with; another one works too, a little worse until the next training."""
    issues: tuple[Issue, ...]
    """The order of the lexicon's scores, the last rows of the weights."""
    calibrations: dict[Locale, Calibration]
    """None for a language: its chances count as they are."""
    triage_below: float = Field(ge=0, le=1)
    """The recommended threshold."""

    @property
    def beside(self) -> int:
        return len(self.issues)

    def decide(
        self, chances: npt.NDArray[Any], calibration: Calibration | None, *, agreed: bool = True, by: str = ""
    ) -> Classification:
        """The answer to probabilities in the order of `answers`: the likeliest issue with the next two."""
        order = [int(place) for place in np.argsort(-chances, kind="stable") if self.answers[int(place)] != NO_ISSUE]
        confidence = (calibration or Calibration()).confidence(float(chances[order[0]]))
        return Classification(
            issue=Issue(self.answers[order[0]]),
            confidence=confidence if agreed else min(confidence, DOUBT),
            by=by or f"model:{self.version}",
            alternatives=tuple(Issue(self.answers[place]) for place in order[1:3]),
        )


@dataclass(frozen=True)
class Classifier:
    """A model with its lexicon. Pure and deterministic; safe to share between threads."""

    lexicon: Lexicon
    sheet: Sheet
    linear: Linear

    def classify(self, text: str, known: Known = NOTHING_KNOWN) -> Classification:
        """The likeliest issue with the next two; never raises, whatever the text."""

        def decide(normalised: str) -> Classification:
            chances, agreed = self.weigh(normalised, known)
            return self.sheet.decide(chances, self.sheet.calibrations.get(language(normalised)), agreed=agreed)

        return self.carefully(text, decide)

    def carefully(self, text: str, decide: Callable[[str], Classification]) -> Classification:
        """What is decided of the normalised text: no surer than without what it says is alright, and not sure where it says little."""
        normalised = self.lexicon.normalise(text)
        decided = self._if_enough(decide(normalised), normalised)
        rest = without(normalised)
        if rest != normalised:
            again = self._if_enough(decide(rest), rest)
            sure = again.confidence if again.issue is decided.issue and len(_LETTER.findall(rest)) > LITTLE else DOUBT
            decided = decided.model_copy(update={"confidence": min(decided.confidence, sure)})
        if self.lexicon.version == self.sheet.lexicon:
            return decided
        return decided.model_copy(update={"by": f"{decided.by}+{self.lexicon.version}"})

    def chances(self, text: str) -> dict[str, float]:
        """The model's own probability per answer (they sum to 1), before calibration."""
        return self.read(text)[0]

    def read(self, text: str) -> tuple[dict[str, float], bool]:
        """The chances, and whether the readings agree on an issue."""
        chances, agreed = self.weigh(self.lexicon.normalise(text))
        return dict(zip(self.sheet.answers, map(float, chances), strict=True)), agreed

    def _if_enough(self, decided: Classification, normalised: str) -> Classification:
        if size(normalised) >= LITTLE or self._in_the_lexicon(decided.issue, normalised):
            return decided
        return decided.model_copy(update={"confidence": min(decided.confidence, DOUBT)})

    def _in_the_lexicon(self, issue: Issue, normalised: str) -> bool:
        return dict(zip(self.lexicon.issues, self.lexicon.scores(normalised), strict=True)).get(issue, 0) > 0

    def weigh(self, normalised: str, known: Known = NOTHING_KNOWN) -> tuple[npt.NDArray[Any], bool]:
        """The chances in the order of the answers, and whether the readings agree on an issue."""
        found = dict(zip(self.lexicon.issues, self.lexicon.scores(normalised), strict=True))
        scores = np.array([lexicon_value(found.get(issue, 0.0)) for issue in self.sheet.issues], dtype=np.float32)
        told = weights(known)
        factors = np.array([told.get(Issue(answer), 1.0) if answer else 1.0 for answer in self.sheet.answers] if told else 1.0)
        of_words = self.linear.totals(terms_of(normalised))
        chances = likelihoods(of_words + self.linear.of_beside(scores)) * factors
        chances = chances / chances.sum()
        first = int(chances.argmax())
        known_words = of_words is not self.linear.intercept and _LETTER.search(normalised) is not None
        alike = first == int((likelihoods(of_words) * factors).argmax())
        return chances, known_words and self.sheet.answers[first] != NO_ISSUE and alike


def terms_of(normalised: str) -> list[str]:
    """What the classifier counts in a text."""
    return terms(normalised) + more_terms(normalised)


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


def classify(text: str, known: Known = NOTHING_KNOWN, *, given: Issue | None = None) -> Classification:
    """The issue that the customer chose, or else what their words say. Never raises; unclear words get a low confidence."""
    classifier = default_classifier()
    read = classifier.classify(text, known) if classifier else classify_by_lexicon(text, default_lexicon())
    if given is None:
        return read
    others = tuple(issue for issue in (read.issue, *read.alternatives) if issue is not given)[:2]
    return Classification(issue=given, confidence=1.0, by="customer", alternatives=others)


def classify_by_lexicon(text: str, lexicon: Lexicon) -> Classification:
    """The floor: the issue whose words weigh most. Sure only where one issue stands far out."""
    scores = lexicon.scores(lexicon.normalise(text))
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    best, second = scores[order[0]], scores[order[1]] if len(order) > 1 else 0
    sure = min(best, 6) / 6 * (best - second + 1) / (best + 2)
    return Classification(
        issue=lexicon.issues[order[0]],
        confidence=min(sure, DOUBT) if second else sure,  # words for another issue too: a person reads them
        by=f"lexicon:{lexicon.version}",
        alternatives=tuple(lexicon.issues[place] for place in order[1:3]),
    )
