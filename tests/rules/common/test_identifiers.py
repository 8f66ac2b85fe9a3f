"""Ids keep the characters of whoever gave them; what would change a path, a query or a text is none."""

import pytest
from pydantic import TypeAdapter, ValidationError

from models.common.base import Identifier

ID: TypeAdapter[str] = TypeAdapter(Identifier)


@pytest.mark.parametrize("given", ["O-1001", "#1001", "2026/17", "订单7", "É+1", "%2F", "x" * 100])
def test_an_id_is_taken_as_it_is(given: str) -> None:
    assert ID.validate_python(given) == given


@pytest.mark.parametrize(
    "given", ["", ".", "..", "../x", "O 1", " O1", "O1\n", "a\x00", "a'b", 'a"b', "a\\b", "a|b", "<b>", "x" * 101]
)
def test_what_is_no_id(given: str) -> None:
    with pytest.raises(ValidationError):
        ID.validate_python(given)
