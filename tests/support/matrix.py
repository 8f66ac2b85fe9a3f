"""Matrices of parameters: a sample of them in `make test`, the whole of them with the long tests."""

import itertools
from collections.abc import Mapping, Sequence

import pytest
from _pytest.mark.structures import ParameterSet


def matrix(*axes: Mapping[str, object] | Sequence[str], every: int) -> list[ParameterSet]:
    """Every combination of the axes' values, for `pytest.mark.parametrize`; but for each `every`-th they are marked `long`.

    The sample runs along diagonals, from the first value of every axis on: with two axes or more, none of which is shorter
    than `every`, each value is in it. It is the same on every run.
    """
    named = [list(axis.items()) if isinstance(axis, Mapping) else [(name, name) for name in axis] for axis in axes]
    made: list[ParameterSet] = []
    for combination in itertools.product(*(enumerate(axis) for axis in named)):
        marks = () if sum(place for place, _ in combination) % every == 0 else (pytest.mark.long,)
        values, name = [value for _, (_, value) in combination], "-".join(name for _, (name, _) in combination)
        made.append(pytest.param(*values, id=name, marks=marks))
    return made
