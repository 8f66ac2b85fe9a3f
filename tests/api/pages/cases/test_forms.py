"""Every action has its form: one that is added without is found here."""

import pytest

from api.pages.cases.actions import DOABLE, GROUPS, Doable, Idea
from api.pages.cases.fields import FILES, NOT_ASKED, OF_THEIR_OWN, Choices, Words, fields_of
from api.pages.texts import page_texts
from models.case.actions import Action
from models.claims.actions import ClaimAction
from models.common.decides import Decides
from models.common.vocabulary import Locale, Role
from models.replacements.state import ReplacementAction
from models.returns.state import ReturnAction
from rules.case.permissions import ROLES
from rules.claims.permissions import PERMISSIONS
from rules.replacements.permissions import REPLACEMENT_ROLES
from rules.returns.permissions import RETURN_ROLES

ENGLISH = Words(Locale.EN, str)
ALL = [*DOABLE.values()]


@pytest.mark.parametrize(
    ("idea", "roles"),
    [
        (Idea.CASE, ROLES),
        (Idea.RETURN, RETURN_ROLES),
        (Idea.REPLACEMENT, REPLACEMENT_ROLES),
        (Idea.CLAIM, {action: may.roles for action, may in PERMISSIONS.items()}),
    ],
)
def test_whatever_the_platforms_people_may_do_has_a_form(idea: Idea, roles: dict[Action, frozenset[Role]]) -> None:
    assert {*roles} == {
        *{Idea.CASE: Action, Idea.RETURN: ReturnAction, Idea.REPLACEMENT: ReplacementAction}.get(idea, ClaimAction)
    }
    theirs = {action.value for action, may in roles.items() if may & Role.platform()}
    assert {name for of, name in DOABLE if of is idea} == theirs


def test_every_action_of_the_case_has_its_place_on_the_page() -> None:
    placed = [code for codes in GROUPS.values() for code in codes]
    assert sorted(placed) == sorted(name for of, name in DOABLE if of is Idea.CASE)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.code)
def test_a_form_says_what_it_causes_and_asks_for_whatever_the_body_needs(one: Doable) -> None:
    assert f"actions.{one.code}" in page_texts()
    assert one.title.zh
    assert one.title.en
    fields = fields_of(one.code, one.shape, ENGLISH, {"lines": Choices((("L1", "L1"),))}, "CNY")
    asked = {field.name.partition("$")[0].rstrip("*,@") for field in fields}
    decided = {*one.shape.NAMED_BY} if issubclass(one.shape, Decides) else set[str]()
    assert {*one.shape.model_fields} - asked <= decided | NOT_ASKED | OF_THEIR_OWN
    assert all(field.label for field in fields)
    needed = {name for name, field in one.shape.model_fields.items() if field.is_required()} - OF_THEIR_OWN
    assert needed <= asked | {row for field in fields if field.kind == "rows" for row in [field.name]}
    assert {field.name.rstrip("*") for field in fields if field.kind == "file"} <= FILES


def test_no_text_is_left_of_an_action_that_there_is_not() -> None:
    codes = {one.code for one in ALL}
    assert {name.partition(".")[2] for name in page_texts() if name.startswith("actions.")} == codes
