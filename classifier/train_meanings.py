"""Train the reader of meanings (CLS-3): from sentences to the two files that `rules/classification/meaning.py` reads.

The same sentences make the same model. From which probability on a meaning is taken as said is chosen on sentences held out in turn.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.fit import Lesson, fit, folds, save
from classifier.meanings import Meant
from classifier.texts import TrainingError, digest
from models.common.vocabulary import Meaning
from models.policy.grading import GradingPolicy
from rules.classification.linear import Linear
from rules.classification.meaning import NOTHING, MeaningReader, MeaningSheet, meaning_terms, passages

FORMAT = "2"
"""Counts changes of the training itself: with the sentences it makes the version."""
DEARER = {Meaning.DANGER: 4.0, Meaning.PUBLIC: 1.0, Meaning.URGENT: 1.0}
"""So many that are heard wrongly are as bad as one that is missed."""
SOFTNESS, TOLERANCE = 30.0, 1e-5
"""As `fit` has them: short sentences are followed closely; with a coarse tolerance one sentence more moves the figures by a point."""
RARE = 0.5
"""0: every text weighs the same; 1: every meaning does."""
READ_WITH = {"harm_words", "public_words", "urgent_words", "senses"}
"""What of the policy the texts are read with."""
STEPS = range(20, 71, 5)
"""The probabilities that are tried, in hundredths."""


@dataclass(frozen=True)
class TrainedReader:
    """A model ready to be used or saved."""

    reader: MeaningReader
    table: npt.NDArray[np.float16]

    def save(self, folder: Path) -> None:
        """Write the model's two files."""
        save(folder, self.reader.sheet, self.table)


def train_reader(texts: Sequence[Meant], rules: GradingPolicy) -> TrainedReader:
    """Learn, and choose from which chance on each meaning is heard; raises TrainingError. `rules`: whose senses the texts are read with."""
    missing = [meaning.value for meaning in Meaning if meaning not in {meant.means for meant in texts}]
    if missing or all(meant.means for meant in texts):
        message = f"no sentence means {' or '.join(missing) or 'nothing'}; add some that do"
        raise TrainingError(message)
    parts = [FORMAT, rules.model_dump_json(include=READ_WITH), *(meant.model_dump_json() for meant in texts)]
    version = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    return _fitted(texts, rules, version, _least(texts, rules))


def held_out(texts: Sequence[Meant], rules: GradingPolicy) -> list[dict[Meaning, float]]:
    """For every text, the chances that a model gives which was trained on the other folds."""
    chances: dict[int, dict[Meaning, float]] = {}
    for learned, held in folds([meant.means or NOTHING for meant in texts]):
        reader = _fitted([texts[place] for place in learned], rules, "fold", dict.fromkeys(Meaning, 1.0)).reader
        chances |= {place: reader.likeliest(texts[place].text, rules) for place in held}
    return [chances[place] for place in range(len(texts))]


def _least(texts: Sequence[Meant], rules: GradingPolicy) -> dict[Meaning, float]:
    """For each meaning the threshold at which those missed and those heard wrongly weigh least together."""
    chances = held_out(texts, rules)

    def cost(meaning: Meaning, step: int) -> float:
        said = [(meant.means, chance[meaning] >= step / 100) for meant, chance in zip(texts, chances, strict=True)]
        missed = sum(means is meaning and not heard for means, heard in said)
        return DEARER[meaning] * missed + sum(means is not meaning and heard for means, heard in said)

    return {meaning: min(STEPS, key=lambda step: cost(meaning, step)) / 100 for meaning in Meaning}


def _fitted(texts: Sequence[Meant], rules: GradingPolicy, version: str, least: dict[Meaning, float]) -> TrainedReader:
    # a text that means nothing means nothing in any passage; of another nobody said which passage it is
    read = [
        (part, meant.means or NOTHING) for meant in texts for part in ((meant.text,) if meant.means else passages(meant.text))
    ]
    usual, counts = len(read) / (len(Meaning) + 1), Counter(answer for _, answer in read)
    lessons = [Lesson(answer, place, (usual / counts[answer]) ** RARE) for place, (_, answer) in enumerate(read)]
    counted = [Counter(meaning_terms(part, rules)) for part, _ in read]
    fitted = fit(counted, lessons, softness=SOFTNESS, tolerance=TOLERANCE)
    sheet = MeaningSheet(
        version=version,
        answers=fitted.answers,
        intercept=fitted.intercept,
        least=least,
        learned=frozenset(digest(meant.text) for meant in texts),
        vocabulary=fitted.vocabulary,
    )
    return TrainedReader(MeaningReader(sheet, Linear.of(sheet, fitted.table)), fitted.table)
