"""Training: from labelled texts to the two files that `rules/classification/classify.py` reads. The same texts make the same model.

A linear model over the terms and the lexicon's scores; rare issues weigh more than their count. Its confidence is calibrated for each
language on texts of sources that are held out in turn: a new shop writes otherwise than the ones that were learned from.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from classifier.fit import FOLDS, Lesson, fit, folds, rounded, save
from classifier.texts import OURS, Labelled, TrainingError, digest, mark
from models.common.vocabulary import Issue, Locale
from rules.classification.classify import NO_ISSUE, Calibration, Classifier, Sheet, lexicon_value, logit, terms_of
from rules.classification.lexicon import Lexicon
from rules.classification.linear import Linear
from rules.classification.ngrams import language

FORMAT = "2"
"""Counts changes of the training itself: with the texts and the lexicon it makes the version."""
RARE = 0.35
"""0: every text weighs the same; 1: every issue does."""
SECONDARY = 0.35
"""How much of a text's weight its second label gets."""
WRITTEN = 0.6
"""What a sentence that was written for us weighs beside a real one."""
SOFTNESS, TOLERANCE, SEEN = 10.0, 1e-4, 3
"""As `fit` has them."""
ENOUGH = 60
"""A source with so many texts is held out once; a language with so many texts that were is calibrated."""
SOURCE_FOLDS = 3
"""So many models are trained to calibrate on sources: each is held out by one of them, with one of the other language."""
UNCLEAR = 0.3
"""What a text without an issue weighs in the calibration: such texts are rarer in life than in our files."""
PROMISES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97)
"""The shares of right decisions that a confidence is made to promise."""
PRECISION = 0.93
"""The promise that is recommended as the policy's threshold."""
FEW = 20
"""A promise is kept by so many texts at least."""


@dataclass(frozen=True)
class Trained:
    """A model ready to be used or saved."""

    classifier: Classifier
    table: npt.NDArray[np.float16]
    unseen: "Mapping[int, Unseen]"
    """By place, what models say of the texts that did not learn from them; the texts that taught every model are left out."""

    def save(self, folder: Path) -> None:
        """Write the model's two files."""
        save(folder, self.classifier.sheet, self.table)


def train(texts: Sequence[Labelled], lexicon: Lexicon) -> Trained:
    """Learn and calibrate; raises TrainingError."""
    answers = Counter(_answer(labelled.issue) for labelled in texts)
    if len(set(answers) - {NO_ISSUE}) < 2:  # noqa: PLR2004 - a choice needs two
        message = "the texts name fewer than two issues; add texts of others"
        raise TrainingError(message)
    version = version_of(map(mark, texts), lexicon)
    unseen = out_of_fold(texts, lexicon, held_out(texts)) if len(texts) >= FOLDS * 2 else {}
    calibrations = calibrated(evidence(texts, columns(texts), unseen))
    return _fitted(texts, _readings(texts, lexicon), lexicon, version=version, calibrations=calibrations, unseen=unseen)


class Reading(NamedTuple):
    """What is counted in a text, and the lexicon's scores."""

    counted: Counter[str]
    scores: tuple[float, ...]


def _readings(texts: Sequence[Labelled], lexicon: Lexicon) -> list[Reading]:
    normalised = [lexicon.normalise(labelled.text) for labelled in texts]
    return [Reading(Counter(terms_of(text)), tuple(map(lexicon_value, lexicon.scores(text)))) for text in normalised]


Split = tuple[list[int], list[int]]
"""The places to learn from, and those held out."""


@dataclass(frozen=True)
class Unseen:
    """What a model says of a text that it did not learn from: a chance for each of `columns(texts)`, and whether its readings agree."""

    chances: npt.NDArray[Any]
    agreed: bool


def out_of_fold(texts: Sequence[Labelled], lexicon: Lexicon, splits: Sequence[Split] | None = None) -> dict[int, Unseen]:
    """By place, each text as it is read by a model trained on the others of a split; on those of the other folds, where there are no splits."""
    column = {answer: place for place, answer in enumerate(columns(texts))}
    unseen: dict[int, Unseen] = {}
    readings = _readings(texts, lexicon)
    for learned, held in splits or folds([_answer(labelled.issue) for labelled in texts]):
        model = _fitted(
            [texts[place] for place in learned], [readings[place] for place in learned], lexicon, version="fold"
        ).classifier
        for place in held:
            chances = np.zeros(len(column))
            told, agreed = model.read(texts[place].text)
            for answer, chance in told.items():
                chances[column[answer]] = chance
            unseen[place] = Unseen(chances, agreed)
    return unseen


def by_source(texts: Sequence[Labelled]) -> list[Split]:
    """Splits that hold out whole sources; none where there are fewer than two of them. What was written for us is always learned from."""
    spoken = {labelled.source: language_of(labelled) for labelled in reversed(texts)}
    sizes = Counter(labelled.source for labelled in texts if labelled.source not in OURS)
    dealt = [source for source, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])) if size >= ENOUGH]
    if len(dealt) < 2:  # noqa: PLR2004 - nothing is left to learn from
        return []
    groups: list[set[str]] = [set() for _ in range(min(SOURCE_FOLDS, len(dealt)))]
    for source in dealt:
        min(groups, key=lambda group: sum(sizes[other] for other in group if spoken[other] is spoken[source])).add(source)
    places = range(len(texts))
    return [
        (
            [place for place in places if texts[place].source not in group],
            [place for place in places if texts[place].source in group],
        )
        for group in groups
        if group
    ]


def language_of(labelled: Labelled) -> Locale:
    """The language that most of the text is in."""
    return language(labelled.text.lower())


def columns(texts: Sequence[Labelled]) -> tuple[str, ...]:
    """Every answer that the texts can teach, in order."""
    named = {_answer(labelled.issue) for labelled in texts} | {labelled.secondary for labelled in texts if labelled.secondary}
    return tuple(sorted(str(answer) for answer in named))


Evidence = tuple[float, bool, float]
"""A first guess's logit, whether it is right, and what its text weighs."""


def held_out(texts: Sequence[Labelled]) -> Sequence[Split]:
    """The splits that a model is calibrated on: by source, or where there are too few of them by text."""
    return by_source(texts) or folds([_answer(labelled.issue) for labelled in texts])


def evidence(texts: Sequence[Labelled], answers: Sequence[str], unseen: Mapping[int, Unseen]) -> dict[Locale, list[Evidence]]:
    """For each language what its first guesses are worth; where the readings differ nothing is decided, and nothing learned."""
    found: dict[Locale, list[Evidence]] = {Locale.ZH: [], Locale.EN: []}
    for place, read in sorted(unseen.items()):
        labelled = texts[place]
        guess = max((place for place, answer in enumerate(answers) if answer), key=lambda place: float(read.chances[place]))
        if read.agreed or labelled.issue is None:
            weight = 1.0 if labelled.issue else UNCLEAR
            worth = (logit(float(read.chances[guess])), labelled.right(Issue(answers[guess])), weight)
            found[language_of(labelled)].append(worth)
    return found


def calibrated(found: Mapping[Locale, Sequence[Evidence]]) -> dict[Locale, Calibration]:
    """A calibration for each language that has right and wrong guesses."""
    return {spoken: _calibration(each) for spoken, each in found.items() if len({right for _, right, _ in each}) > 1}


def _calibration(found: Sequence[Evidence]) -> Calibration:
    logits, rights, weights = (np.array(column) for column in zip(*found, strict=True))
    line: Any = LogisticRegression(C=1e3, max_iter=1000)
    line.fit(logits[:, None], rights, sample_weight=weights)
    plain = Calibration(base=rounded(line.intercept_[0]), slope=max(rounded(line.coef_[0][0]), 0.0))
    said = weights == 1
    if said.sum() < ENOUGH:
        return plain
    sure = np.array([plain.chance(1 / (1 + np.exp(-value))) for value in logits[said]])
    return plain.model_copy(update={"promises": _promises(sure, rights[said])})


def _promises(sure: npt.NDArray[Any], right: npt.NDArray[Any]) -> tuple[tuple[float, float], ...]:
    """For each promise the lowest chance from which on it is kept."""
    order = np.argsort(-sure, kind="stable")
    kept = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    found: list[tuple[float, float]] = []
    for promise in PROMISES:
        enough = [place for place in np.flatnonzero(kept >= promise) if place + 1 >= FEW]
        if not enough:
            break
        chance = rounded(float(sure[order[enough[-1]]]))
        if found and chance <= found[-1][0]:
            found.pop()  # the higher promise is kept from there on too
        found.append((chance, promise))
    return tuple(found)


def _fitted(
    texts: Sequence[Labelled],
    readings: Sequence[Reading],
    lexicon: Lexicon,
    *,
    version: str,
    calibrations: dict[Locale, Calibration] | None = None,
    unseen: Mapping[int, Unseen] | None = None,
) -> Trained:
    counted = [reading.counted for reading in readings]
    scores = np.array([reading.scores for reading in readings])
    fitted = fit(counted, lessons_of(texts), scores, softness=SOFTNESS, tolerance=TOLERANCE, seen=SEEN)
    sheet = Sheet(
        version=version,
        lexicon=lexicon.version,
        answers=fitted.answers,
        issues=lexicon.issues,
        intercept=fitted.intercept,
        calibrations=calibrations or {},
        triage_below=PRECISION,
        learned=frozenset(digest(labelled.text) for labelled in texts),
        vocabulary=fitted.vocabulary,
    )
    return Trained(Classifier(lexicon, sheet, Linear.of(sheet, fitted.table)), fitted.table, unseen or {})


def lessons_of(texts: Sequence[Labelled]) -> list[Lesson]:
    """What to learn; a text with two labels is learned as both."""
    counts = Counter(labelled.issue for labelled in texts)
    usual = len(texts) / len(counts)
    lessons: list[Lesson] = []
    for place, labelled in enumerate(texts):
        weight = (usual / counts[labelled.issue]) ** RARE * (WRITTEN if labelled.source in OURS else 1.0)
        share = SECONDARY if labelled.secondary else 0.0
        lessons.append(Lesson(_answer(labelled.issue), place, weight * (1 - share)))
        if labelled.secondary:
            lessons.append(Lesson(labelled.secondary, place, weight * share))
    return lessons


def _answer(issue: Issue | None) -> str:
    return issue.value if issue else NO_ISSUE


def version_of(marks: Iterable[str], lexicon: Lexicon) -> str:
    """The digest of everything that makes the model what it is; `marks`: what each text teaches, as `texts.mark` has it."""
    return hashlib.sha256("\n".join([FORMAT, lexicon.version, *sorted(marks)]).encode()).hexdigest()[:12]
