"""A linear model over the terms of a text: what the classifier (CLS-2) and the reader of meanings (CLS-3) have in common.

It is trained by `classifier/`, kept as two plain files, and read here with numpy only. The workflow's sandbox never loads it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from models.common.base import Frozen

MODEL = Path(__file__).resolve().parents[2] / "classifier" / "model"
Floats = npt.NDArray[np.float32]


class ModelError(ValueError):
    """A model's files are missing or broken; says which and what to do."""


class LinearSheet(Frozen):
    """What is written beside the weights (`model.json`)."""

    TRAINED_BY: ClassVar[str]
    """The command that writes it."""

    version: str
    answers: tuple[str, ...]
    """The columns of the weights."""
    intercept: tuple[float, ...]
    learned: frozenset[str]
    """The digests of the texts that it learned from, so that an evaluation can say which ones it knows."""
    vocabulary: tuple[str, ...]

    @property
    def beside(self) -> int:
        """How many values stand beside the terms, in the last rows of the weights."""
        return 0


SheetT = TypeVar("SheetT", bound=LinearSheet)


@dataclass(frozen=True)
class Linear:
    """The weights. Pure and deterministic; safe to share between threads."""

    intercept: Floats
    rows: dict[str, int]
    idf: Floats
    weights: Floats

    @classmethod
    def of(cls, sheet: LinearSheet, table: npt.NDArray[Any]) -> "Linear":
        """Of a sheet and its table: the idf, and a column for each answer."""
        values = table.astype(np.float32)
        rows = {term: row for row, term in enumerate(sheet.vocabulary)}
        return cls(np.array(sheet.intercept, dtype=np.float32), rows, values[:, 0], values[:, 1:])

    def chances(self, terms: Iterable[str]) -> npt.NDArray[Any]:
        """The probability of each answer; they sum to 1."""
        return likelihoods(self.totals(terms))

    def totals(self, terms: Iterable[str]) -> npt.NDArray[Any]:
        """What speaks for each answer: `likelihoods` makes probabilities of it."""
        totals: npt.NDArray[Any] = self.intercept
        counted = [(self.rows[term], times) for term, times in Counter(terms).items() if term in self.rows]
        if counted:
            places = np.array([place for place, _ in counted])
            values = (1 + np.log(np.array([times for _, times in counted], dtype=np.float32))) * self.idf[places]
            totals = totals + (values / np.linalg.norm(values)) @ self.weights[places]
        return totals

    def of_beside(self, beside: Floats) -> npt.NDArray[Any]:
        """What the values beside the terms add to each answer."""
        return beside @ self.weights[-len(beside) :] if len(beside) else np.zeros(len(self.intercept), dtype=np.float32)


def likelihoods(totals: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Probabilities that sum to 1, the larger the more speaks for an answer."""
    raised = np.exp(totals - totals.max())
    return raised / raised.sum()


def read_model(folder: Path, kind: type[SheetT]) -> tuple[SheetT, Linear]:
    """Read the two files of a trained model; raises ModelError."""
    try:
        sheet = kind.model_validate_json((folder / "model.json").read_bytes())
        table = np.load(folder / "weights.npy", allow_pickle=False)
    except (OSError, ValueError, ValidationError) as error:
        message = f"{folder} holds no model of this version ({error}); run `{kind.TRAINED_BY} --out {folder}`"
        raise ModelError(message) from error
    if table.shape != (len(sheet.vocabulary) + sheet.beside, len(sheet.answers) + 1):
        message = f"{folder}: weights.npy and model.json are of different trainings; run `{kind.TRAINED_BY} --out {folder}`"
        raise ModelError(message)
    return sheet, Linear.of(sheet, table)
