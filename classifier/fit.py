"""Fit a linear model to counted terms, as `rules/classification/linear.py` reads it, and save it. Needs the extra `training`."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from rules.classification.linear import LinearSheet

SOFTNESS, TOLERANCE = 10.0, 1e-3
"""scikit-learn's C: how closely a model follows its texts; and its tol: how nearly the best weights are found."""
SEEN_TWICE = 2
"""A term is learned when so many texts have it, if not said otherwise."""
FOLDS = 5


@dataclass(frozen=True)
class Fitted:
    """What was learned: `table` as `Linear.of` takes it."""

    answers: tuple[str, ...]
    intercept: tuple[float, ...]
    vocabulary: tuple[str, ...]
    table: npt.NDArray[np.float16]


@dataclass(frozen=True)
class Lesson:
    """The text at this place has this answer; `weight`: how much that counts."""

    answer: str
    place: int
    weight: float


def fit(
    counted: Sequence[Counter[str]],
    lessons: Sequence[Lesson],
    beside: npt.NDArray[Any] | None = None,
    *,
    softness: float = SOFTNESS,
    tolerance: float = TOLERANCE,
    seen: int = SEEN_TWICE,
) -> Fitted:
    """Learn the lessons on the texts' terms, and on the values that stand beside them: a row for each text."""
    texts_with = Counter(term for counts in counted for term in counts)
    vocabulary = tuple(sorted(term for term, times in texts_with.items() if times >= seen))
    rows = {term: row for row, term in enumerate(vocabulary)}
    idf = np.array([np.log((1 + len(counted)) / (1 + texts_with[term])) + 1 for term in vocabulary], dtype=np.float32)
    more = np.zeros((len(counted), 0)) if beside is None else beside
    features = _features(_weighed(counted, rows, idf), more) if vocabulary else more  # dense is many times quicker
    model: Any = LogisticRegression(C=softness, max_iter=500, tol=tolerance)
    with threadpool_limits(limits=1):  # threads add in another order, and other weights come of it; they are no quicker either
        model.fit(
            features[[lesson.place for lesson in lessons]],
            [lesson.answer for lesson in lessons],
            sample_weight=[lesson.weight for lesson in lessons],
        )
    answers, coefficients, intercept = tuple(map(str, model.classes_)), model.coef_, model.intercept_
    if len(answers) == 2:  # noqa: PLR2004 - for two answers scikit-learn keeps the second one's weights only
        coefficients, intercept = (
            np.vstack([-coefficients / 2, coefficients / 2]),
            np.concatenate([-intercept / 2, intercept / 2]),
        )
    column = np.concatenate([idf, np.ones(more.shape[1], dtype=np.float32)])
    table = np.column_stack([column, coefficients.T]).astype(np.float16)
    return Fitted(answers, tuple(map(rounded, intercept)), vocabulary, table)


def folds(labels: Sequence[str]) -> list[tuple[list[int], list[int]]]:
    """The places to learn from and those held out, for each fold; always the same ones, with some of every label in each."""
    counts = Counter(labels)
    # a label with fewer texts than folds cannot be in each of them: its texts are dealt as one group
    dealt = [label if counts[label] >= FOLDS else "rare" for label in labels]
    if min(Counter(dealt).values()) < FOLDS:
        dealt = ["any"] * len(labels)
    splits: Any = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(labels, dealt)
    return [(list(map(int, learned)), list(map(int, held))) for learned, held in splits]


def save(folder: Path, sheet: LinearSheet, table: npt.NDArray[np.float16]) -> None:
    """Write a model's two files."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "weights.npy", table, allow_pickle=False)
    written = sheet.model_dump(mode="json")
    written["learned"] = sorted(written["learned"])
    (folder / "model.json").write_text(json.dumps(written, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def rounded(value: float) -> float:
    """As it is written down."""
    return round(float(value), 4)


def _features(weights: Any, more: npt.NDArray[Any]) -> Any:  # noqa: ANN401  # whatever the library takes
    return cast("Any", sparse.hstack([weights, sparse.csr_matrix(more)], format="csr"))


def _weighed(counted: Sequence[Counter[str]], rows: dict[str, int], idf: npt.NDArray[np.float32]) -> Any:  # noqa: ANN401 - scipy's
    """Term counts as `Linear` weighs them: (1 + ln times)·idf, each text of length one."""
    places: list[int] = []
    values: list[npt.NDArray[Any]] = []
    ends = [0]
    for counts in counted:
        known = {rows[term]: times for term, times in counts.items() if term in rows}
        weights = (1 + np.log(np.array(list(known.values()), dtype=np.float64))) * idf[list(known)] if known else np.zeros(0)
        values.append(weights / (np.linalg.norm(weights) or 1.0))
        places += known
        ends.append(len(places))
    return sparse.csr_matrix((np.concatenate(values), places, ends), shape=(len(counted), len(rows)))
