"""Variables of saved replies: known ones are filled, nothing else of the words is touched (WRK-2)."""

import pytest

from rules.desk.replies import fill, left_open, unknown_variables

VALUES = {"customer_name": "王女士", "case_id": "RD-1", "order_id": None}


@pytest.mark.parametrize(
    ("text", "words", "missing"),
    [
        ("{{ customer_name }}您好，{{case_id}}", "王女士您好，RD-1", ()),
        ("Order {{ order_id }} of {{ case_id }}", "Order {{ order_id }} of RD-1", ("order_id",)),
        ("{{ order_id }}, {{ order_id }}", "{{ order_id }}, {{ order_id }}", ("order_id",)),
        ("100 % {off} {{case_id}}}", "100 % {off} RD-1}", ()),
        (r"\1 {% raise %}", r"\1 {% raise %}", ()),
    ],
)
def test_a_reply_is_filled_and_what_is_missing_is_named(text: str, words: str, missing: tuple[str, ...]) -> None:
    assert fill(text, VALUES) == (words, missing)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{{ customer_name }}", []),
        ("{{ name }} {{ order }}", ["name", "order"]),
        ("{{ }}", [""]),
        ("{{ case_id.x }}", ["case_id.x"]),
    ],
)
def test_a_variable_that_there_is_not_is_found(text: str, unknown: list[str]) -> None:
    assert unknown_variables(text) == unknown


def test_only_our_variables_count_as_left_open() -> None:
    assert left_open("{{ customer_name }}, please use {{ mustache }}") == ["customer_name"]
