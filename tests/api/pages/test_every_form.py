"""Every form of the console is submitted by a test: `@pytest.mark.submits(…)` names what a test submits, and is held to it by `conftest.py`."""

import ast
from collections.abc import Iterator

from settings import ROOT
from tests.api.pages.cases.test_every_action import TYPED as OF_THE_CASE
from tests.api.pages.cases.test_goods_and_claims import TYPED as OF_GOODS
from tests.support.console_forms import forms, of_cases


def marked() -> Iterator[str]:
    """What marks in the tests of pages name."""
    for file in (ROOT / "tests/api/pages").rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.submits":
                yield from (ast.literal_eval(form) for form in node.args)


def test_every_form_is_submitted_by_a_test() -> None:
    assert forms() - of_cases().keys() - {*marked()} == set()


def test_every_form_of_a_case_is_submitted_with_what_people_type() -> None:
    assert {one.code for one in of_cases().values()} == OF_THE_CASE.keys() | OF_GOODS.keys()


def test_no_test_says_that_it_submits_a_form_that_there_is_not() -> None:
    assert {*marked()} - forms() == set()
