"""Train the second model (CLS-2): from the same texts, as vectors, to the two files that `rules/classification/second.py` reads.

It learns from the vectors alone, and is calibrated with the classifier's own out-of-fold chances, on the texts that this one doubts.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.fit import fit, rounded, save
from classifier.texts import Labelled, digest
from classifier.train import Trained, Unseen, calibrated, columns, evidence, held_out, language_of, lessons_of
from models.common.vocabulary import Locale
from rules.classification.classify import Calibration
from rules.classification.linear import Floats, Linear
from rules.classification.second import FOLDER, LEAST, Centres, Embed, SecondReader, SecondSheet, telling, together

FORMAT = "1"
"""Counts changes of the training itself and of the vectors: with the classifier's version it makes the version."""
SOFTNESS, TOLERANCE = 16.0, 1e-4
"""As `fit` has them."""


@dataclass(frozen=True)
class TrainedSecond:
    """A model ready to be used or saved."""

    reader: SecondReader
    table: npt.NDArray[np.float16]
    unseen: Mapping[int, Unseen]
    """By place, what both models together say of the texts that did not learn from them."""

    def save(self, folder: Path) -> None:
        """Write the model's two files beside those of the classifier in this folder."""
        save(folder / FOLDER, self.reader.second, self.table)


def train_second(texts: Sequence[Labelled], first: Trained, embed: Embed) -> TrainedSecond:
    """Learn and calibrate beside a classifier that was just trained on these texts."""
    vectors = np.array([embed(telling(first.classifier, labelled.text)) for labelled in texts])
    unseen = _unseen(texts, vectors, first, embed)
    doubted = {place: read for place, read in unseen.items() if texts[place].issue is None or _doubts(first, texts[place], place)}
    calibrations = calibrated(evidence(texts, columns(texts), doubted))
    table, reader = _fitted(texts, vectors, first, embed, calibrations)
    return TrainedSecond(reader, table, unseen)


def _doubts(first: Trained, labelled: Labelled, place: int) -> bool:
    """Whether the classifier, had it not learned from the text, would leave it to a person."""
    sheet, read = first.classifier.sheet, first.unseen[place]
    sure = sheet.calibrations.get(language_of(labelled), Calibration()).confidence(float(read.chances.max()))
    return not read.agreed or sure < sheet.triage_below


def _unseen(texts: Sequence[Labelled], vectors: Floats, first: Trained, embed: Embed) -> dict[int, Unseen]:
    if not first.unseen:
        return {}
    found: dict[int, Unseen] = {}
    column = {answer: place for place, answer in enumerate(columns(texts))}
    for learned, held in held_out(texts):
        _, reader = _fitted([texts[place] for place in learned], vectors[learned], first, embed, {})
        places = [column[answer] for answer in reader.second.answers]
        for place in held:
            seen = np.full(len(column), LEAST)
            seen[places] = reader.chances(vectors[place], language_of(texts[place]))
            read = first.unseen[place]
            found[place] = Unseen(together(read.chances, seen), read.agreed)
    return found


def _fitted(
    texts: Sequence[Labelled], vectors: Floats, first: Trained, embed: Embed, calibrations: dict[Locale, Calibration]
) -> tuple[npt.NDArray[np.float16], SecondReader]:
    spoken = [language_of(labelled) for labelled in texts]
    centres = Centres(zh=_centre(vectors, spoken, Locale.ZH), en=_centre(vectors, spoken, Locale.EN))
    centred = vectors - np.array([centres.of(each) for each in spoken])
    fitted = fit([Counter[str]()] * len(texts), lessons_of(texts), centred, softness=SOFTNESS, tolerance=TOLERANCE)
    version = first.classifier.sheet.version
    sheet = SecondSheet(
        version=hashlib.sha256(f"{FORMAT} {version}".encode()).hexdigest()[:12],
        first=version,
        answers=fitted.answers,
        intercept=fitted.intercept,
        centres=centres,
        calibrations=calibrations,
        learned=frozenset(digest(labelled.text) for labelled in texts),
        vocabulary=fitted.vocabulary,
    )
    return fitted.table, SecondReader(first.classifier, sheet, Linear.of(sheet, fitted.table), embed)


def _centre(vectors: Floats, spoken: Sequence[Locale], wanted: Locale) -> tuple[float, ...]:
    """The mean of a language's vectors, or of all where it has none."""
    own = vectors[[each is wanted for each in spoken]]
    return tuple(map(rounded, (own if len(own) else vectors).mean(axis=0)))
