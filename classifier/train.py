"""Training: from labelled texts to the two files that `rules/classification/classify.py` reads. The same texts make the same model.

A linear model over the terms and the lexicon's scores; rare issues weigh more than their count. Its confidence is calibrated on
texts held out in turn, and the threshold under which a person decides is chosen there.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from classifier.fit import FOLDS, Lesson, fit, folds, rounded, save
from classifier.texts import Labelled, TrainingError, digest
from models.common.vocabulary import Issue
from rules.classification.classify import NO_ISSUE, Calibration, Classifier, Sheet, lexicon_value, logit
from rules.classification.lexicon import Lexicon
from rules.classification.linear import Linear
from rules.classification.ngrams import terms

FORMAT = "1"
"""Counts changes of the training itself: with the texts and the lexicon it makes the version."""
RARE = 0.5
"""0: every text weighs the same; 1: every issue does."""
SECONDARY = 0.35
"""How much of a text's weight its second label gets."""
ENOUGH = 100
"""So many unseen texts are enough to calibrate on."""
UNCLEAR = 0.3
"""What a text without an issue weighs in the calibration: such texts are rarer in life than in our files."""
PRECISION = 0.93
"""Of texts decided without a person, so many are to be right: a little over the promised 0.9."""
STRICTEST = 0.95


@dataclass(frozen=True)
class Trained:
    """A model ready to be used or saved."""

    classifier: Classifier
    table: npt.NDArray[np.float16]

    def save(self, folder: Path) -> None:
        """Write the model's two files."""
        save(folder, self.classifier.sheet, self.table)


def train(texts: Sequence[Labelled], lexicon: Lexicon, unseen: Collection[Labelled] = ()) -> Trained:
    """Learn, calibrate, and choose the threshold; raises TrainingError.

    `unseen` are those of the texts that the lexicon was not written from. The confidence is fitted on them alone, when they are
    enough: on texts whose words were picked for the lexicon it would be too high.
    """
    answers = Counter(_answer(labelled.issue) for labelled in texts)
    if len(set(answers) - {NO_ISSUE}) < 2:  # noqa: PLR2004 - a choice needs two
        message = "the texts name fewer than two issues; add texts of others"
        raise TrainingError(message)
    version = version_of([*texts, *unseen], lexicon)
    calibration, threshold = _calibrated(texts, lexicon, unseen)
    return _fitted(texts, lexicon, version=version, calibration=calibration, threshold=threshold)


def out_of_fold(texts: Sequence[Labelled], lexicon: Lexicon) -> npt.NDArray[Any]:
    """For every text, the chances that a model gives which was trained on the other folds; columns as `columns(texts)`."""
    labels = [_answer(labelled.issue) for labelled in texts]
    column = {answer: place for place, answer in enumerate(columns(texts))}
    chances = np.zeros((len(texts), len(column)))
    for learned, held in folds(labels):
        model = _fitted([texts[place] for place in learned], lexicon, version="fold").classifier
        for place in held:
            for answer, chance in model.chances(texts[place].text).items():
                chances[place, column[answer]] = chance
    return chances


def columns(texts: Sequence[Labelled]) -> tuple[str, ...]:
    """Every answer that the texts can teach, in order."""
    named = {_answer(labelled.issue) for labelled in texts} | {labelled.secondary for labelled in texts if labelled.secondary}
    return tuple(sorted(str(answer) for answer in named))


def _calibrated(texts: Sequence[Labelled], lexicon: Lexicon, unseen: Collection[Labelled]) -> tuple[Calibration, float]:
    if len(texts) < FOLDS * 2:
        return Calibration(), STRICTEST
    answers = columns(texts)
    judging = unseen if len(unseen) >= ENOUGH else [labelled for labelled in texts if labelled.issue]
    judges = {digest(labelled.text) for labelled in judging}
    evidence: list[tuple[float, bool, float]] = []  # the guess's logit, whether it is right, the text's weight
    for labelled, chances in zip(texts, out_of_fold(texts, lexicon), strict=True):
        if digest(labelled.text) in judges or labelled.issue is None:
            guess = max((place for place, answer in enumerate(answers) if answer), key=lambda place: float(chances[place]))
            right = labelled.right(Issue(answers[guess]))
            evidence.append((logit(float(chances[guess])), right, 1.0 if labelled.issue else UNCLEAR))
    logits, rights, weights = (np.array(column) for column in zip(*evidence, strict=True))
    if len(set(rights)) < 2:  # noqa: PLR2004 - nothing to tell apart
        return Calibration(), STRICTEST
    line: Any = LogisticRegression(C=1e3, max_iter=1000)
    line.fit(logits[:, None], rights, sample_weight=weights)
    calibration = Calibration(base=rounded(line.intercept_[0]), slope=max(rounded(line.coef_[0][0]), 0.0))
    sure = np.array([calibration.confidence(1 / (1 + np.exp(-value))) for value in logits])
    return calibration, _threshold(sure[weights == 1], rights[weights == 1])


def _threshold(sure: npt.NDArray[Any], right: npt.NDArray[Any]) -> float:
    """The lowest confidence from which on enough decisions are right."""
    for step in range(30, round(STRICTEST * 100)):
        decided = right[sure >= step / 100]
        if len(decided) and decided.mean() >= PRECISION:
            return step / 100
    return STRICTEST


def _fitted(
    texts: Sequence[Labelled],
    lexicon: Lexicon,
    *,
    version: str,
    calibration: Calibration | None = None,
    threshold: float = STRICTEST,
) -> Trained:
    normalised = [lexicon.normalise(labelled.text) for labelled in texts]
    counted = [Counter(terms(text)) for text in normalised]
    scores = np.array([[lexicon_value(score) for score in lexicon.scores(text)] for text in normalised])
    fitted = fit(counted, _lessons(texts), scores)
    sheet = Sheet(
        version=version,
        lexicon=lexicon.version,
        answers=fitted.answers,
        issues=lexicon.issues,
        intercept=fitted.intercept,
        calibration=calibration or Calibration(),
        triage_below=threshold,
        learned=frozenset(digest(labelled.text) for labelled in texts),
        vocabulary=fitted.vocabulary,
    )
    return Trained(Classifier(lexicon, sheet, Linear.of(sheet, fitted.table)), fitted.table)


def _lessons(texts: Sequence[Labelled]) -> list[Lesson]:
    """What to learn; a text with two labels is learned as both."""
    counts = Counter(labelled.issue for labelled in texts)
    usual = len(texts) / len(counts)
    lessons: list[Lesson] = []
    for place, labelled in enumerate(texts):
        weight = (usual / counts[labelled.issue]) ** RARE
        share = SECONDARY if labelled.secondary else 0.0
        lessons.append(Lesson(_answer(labelled.issue), place, weight * (1 - share)))
        if labelled.secondary:
            lessons.append(Lesson(labelled.secondary, place, weight * share))
    return lessons


def _answer(issue: Issue | None) -> str:
    return issue.value if issue else NO_ISSUE


def version_of(texts: Sequence[Labelled], lexicon: Lexicon) -> str:
    """The digest of everything that makes the model what it is."""
    parts = [FORMAT, lexicon.version, *(labelled.model_dump_json() for labelled in texts)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
