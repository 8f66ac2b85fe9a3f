"""How good the classifier is on labelled texts: right at first guess and among three, per issue, and what it decides alone."""

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.texts import Labelled, digest
from models.case.state import Classification
from models.common.vocabulary import Issue, Locale
from rules.classification.classify import Classifier
from rules.classification.ngrams import language
from rules.classification.second import SecondReader


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

    @property
    def interval(self) -> tuple[float, float]:
        """Between these the share of all such texts is, 19 times out of 20 (Wilson)."""
        if not self.whole:
            return 0.0, 1.0
        z, n, p = 1.96, self.whole, self.value
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max((middle - half) / (1 + z * z / n), 0.0), min((middle + half) / (1 + z * z / n), 1.0)


@dataclass(frozen=True)
class SourceFigures:
    """What the classifier makes of the texts of one language and source."""

    language: Locale
    source: str
    known: int
    """How many of the texts it learned from."""
    first: Share
    three: Share
    decided: Share
    decided_right: Share
    nothing_decided: Share
    """Of the texts that say no issue, as praise, so many were decided as a complaint."""


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


def evaluate(classifier: Classifier | SecondReader, texts: Sequence[Labelled], threshold: float | None = None) -> Report:
    """Judge the classifier as it is. Texts without an issue are left out."""
    judged = [labelled for labelled in texts if labelled.issue]
    for labelled in judged[:20]:
        classifier.classify(labelled.text)  # the first calls fill caches
    start = time.perf_counter()
    guesses = [classifier.classify(labelled.text) for labelled in judged]
    milliseconds = (time.perf_counter() - start) * 1000 / max(len(judged), 1)
    known = sum(digest(labelled.text) in classifier.sheet.learned for labelled in judged)
    return report_of(judged, guesses, known, classifier.sheet.triage_below if threshold is None else threshold, milliseconds)


def by_source(
    classifier: Classifier | SecondReader, texts: Sequence[Labelled], threshold: float | None = None
) -> list[SourceFigures]:
    """Judge the classifier as it is, language by language and source by source, and each language in all where it has several."""
    least = classifier.sheet.triage_below if threshold is None else threshold
    groups: dict[tuple[Locale, str], list[tuple[Labelled, Classification]]] = {}
    for labelled in texts:
        spoken, read = language(classifier.lexicon.normalise(labelled.text)), classifier.classify(labelled.text)
        for source in (labelled.source, ""):
            groups.setdefault((spoken, source), []).append((labelled, read))
    several = {spoken for spoken in Locale if sum(one is spoken for one, _ in groups) > 2}  # noqa: PLR2004 - a source, and all
    return [
        _of_source(spoken, source, pairs, classifier, least)
        for (spoken, source), pairs in sorted(
            groups.items(), key=lambda item: (item[0][0] is Locale.EN, item[0][1] == "", item[0][1])
        )
        if source or spoken in several
    ]


def _of_source(
    spoken: Locale, source: str, pairs: list[tuple[Labelled, Classification]], classifier: Classifier | SecondReader, least: float
) -> SourceFigures:
    said = [(labelled, read) for labelled, read in pairs if labelled.issue]
    right = [labelled.right(read.issue) for labelled, read in said]
    three = [any(labelled.right(issue) for issue in (read.issue, *read.alternatives)) for labelled, read in said]
    sure = [good for good, (_, read) in zip(right, said, strict=True) if read.confidence >= least]
    nothing = [read.confidence >= least for labelled, read in pairs if not labelled.issue]
    return SourceFigures(
        language=spoken,
        source=source,
        known=sum(digest(labelled.text) in classifier.sheet.learned for labelled, _ in pairs),
        first=Share(sum(right), len(said)),
        three=Share(sum(three), len(said)),
        decided=Share(len(sure), len(said)),
        decided_right=Share(sum(sure), len(sure)),
        nothing_decided=Share(sum(nothing), len(nothing)),
    )


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
