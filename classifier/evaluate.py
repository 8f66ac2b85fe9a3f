"""How good the classifier is on labelled texts: right at first guess and among three, per issue, and what it decides alone."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.texts import Labelled, digest
from models.case.state import Classification
from models.common.vocabulary import Issue
from rules.classification.classify import Classifier


@dataclass(frozen=True)
class Share:
    """So many of so many; prints as a percentage."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """0 when there is nothing to count."""
        return self.part / self.whole if self.whole else 0.0

    def __str__(self) -> str:
        return f"{self.value:.1%} ({self.part}/{self.whole})" if self.whole else "–"


@dataclass(frozen=True)
class IssueFigures:
    """One issue: of the guesses that name it, how many are right; of its texts, how many were found."""

    issue: Issue
    texts: int
    precision: Share
    recall: Share


@dataclass(frozen=True)
class Report:
    """The figures of one evaluation. A valid second label counts as right."""

    texts: int
    known: int
    """How many of them the model had learned from: their figures flatter it."""
    first: Share
    first_strict: Share
    """Only the first label counts."""
    three: Share
    threshold: float
    decided: Share
    decided_right: Share
    issues: tuple[IssueFigures, ...]
    confusion: dict[tuple[Issue, Issue], int]
    """(the right issue, the guess) → how often."""
    milliseconds: float
    """Per text."""


def evaluate(classifier: Classifier, texts: Sequence[Labelled], threshold: float | None = None) -> Report:
    """Judge the classifier as it is. Texts without an issue are left out."""
    judged = [labelled for labelled in texts if labelled.issue]
    for labelled in judged[:20]:
        classifier.classify(labelled.text)  # the first calls fill caches
    start = time.perf_counter()
    guesses = [classifier.classify(labelled.text) for labelled in judged]
    milliseconds = (time.perf_counter() - start) * 1000 / max(len(judged), 1)
    known = sum(digest(labelled.text) in classifier.sheet.learned for labelled in judged)
    return report_of(judged, guesses, known, classifier.sheet.triage_below if threshold is None else threshold, milliseconds)


def report_of(
    judged: Sequence[Labelled], guesses: Sequence[Classification], known: int, threshold: float, milliseconds: float
) -> Report:
    """The figures of these guesses, one for each judged text. `threshold`: from which confidence on no person decides."""
    pairs = list(zip(judged, guesses, strict=True))
    right = [labelled.right(guess.issue) for labelled, guess in pairs]
    three = [any(labelled.right(issue) for issue in (guess.issue, *guess.alternatives)) for labelled, guess in pairs]
    decided = [good for good, (_, guess) in zip(right, pairs, strict=True) if guess.confidence >= threshold]
    # a guess of the valid second label stands where that label is
    truths = [guess.issue if good else _first(labelled) for good, (labelled, guess) in zip(right, pairs, strict=True)]
    confusion = Counter((truth, guess.issue) for truth, (_, guess) in zip(truths, pairs, strict=True))
    named = [issue for issue in Issue if any(issue in pair for pair in confusion)]
    return Report(
        texts=len(pairs),
        known=known,
        first=Share(sum(right), len(pairs)),
        first_strict=Share(sum(labelled.issue == guess.issue for labelled, guess in pairs), len(pairs)),
        three=Share(sum(three), len(pairs)),
        threshold=threshold,
        decided=Share(len(decided), len(pairs)),
        decided_right=Share(sum(decided), len(decided)),
        issues=tuple(_figures(issue, confusion) for issue in named),
        confusion=dict(confusion),
        milliseconds=milliseconds,
    )


def _first(labelled: Labelled) -> Issue:
    assert labelled.issue is not None  # noqa: S101 - texts without an issue are not judged
    return labelled.issue


def _figures(issue: Issue, confusion: Counter[tuple[Issue, Issue]]) -> IssueFigures:
    hits = confusion[issue, issue]
    guessed = sum(count for (_, guess), count in confusion.items() if guess is issue)
    texts = sum(count for (truth, _), count in confusion.items() if truth is issue)
    return IssueFigures(issue, texts, Share(hits, guessed), Share(hits, texts))
