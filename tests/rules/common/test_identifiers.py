"""Ids keep the characters of whoever gave them; what is no text of one line is none."""

import pytest
from pydantic import TypeAdapter, ValidationError

from models.common.base import Identifier

ID: TypeAdapter[str] = TypeAdapter(Identifier)


@pytest.mark.parametrize(
    "given",
    [
        "O-1001",
        "#1001",
        "10/2024#77 A",
        "订单 7",
        "É+1",
        "%2F",
        ".7",
        "../x",
        "o'b",
        'a"b',
        "a\\b",
        "a|b",
        "<b>",
        "*",
        "店\u3000铺",
        "x" * 100,
    ],
)
def test_an_id_is_taken_as_it_is(given: str) -> None:
    assert ID.validate_python(given) == given


@pytest.mark.parametrize("given", [" O-1 ", "\tO-1", "O-1\n"])
def test_what_was_pasted_with_it_is_no_part_of_it(given: str) -> None:
    assert ID.validate_python(given) == "O-1"


@pytest.mark.parametrize("given", ["", " ", ".", "..", "...", "O\n1", "a\x00", "a\x85b", "a\u2028b", "x" * 101])
def test_what_is_no_id(given: str) -> None:
    with pytest.raises(ValidationError):
        ID.validate_python(given)
