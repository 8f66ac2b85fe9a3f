"""Whether a second opening asks for the same as the first (REC-5), or is a request of its own (WRK-4)."""

from typing import Any

import pytest

from models.case.receipt import Wanted
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.vocabulary import Issue
from models.investigation.findings import Saying
from models.policy.policy import Policy
from rules.case.wishes import same_wish
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.cases import NOW, case, receipt

TO_A1: dict[str, Any] = {"remedy": "order_changed", "change": {"address_id": "a1"}}
TO_A2: dict[str, Any] = {"remedy": "order_changed", "change": {"address_id": "a2"}}
RED: dict[str, Any] = {"remedy": "order_changed", "change": {"items": [{"line_id": "L1", "sku": "RED"}]}}
REFUND: dict[str, Any] = {"remedy": "refund_only"}
LESS: dict[str, Any] = {"remedy": "refund_only", "amount": {"minor": 500}}
EXCHANGE: dict[str, Any] = {"remedy": "exchange"}


def first(wanted: dict[str, Any] | None, description: str = "help", **state: object) -> CaseState:
    return case(receipt=receipt(wanted=wanted and Wanted.model_validate(wanted), description=description), **state)


def is_same(policy: Policy, known: CaseState, wanted: dict[str, Any] | None, words: str, issue: Issue) -> bool:
    again = receipt(wanted=wanted and Wanted.model_validate(wanted), description=words)
    return same_wish(known, again, issue, policy.replies)


@pytest.mark.parametrize(
    ("wished", "again", "same"),
    [
        (TO_A1, TO_A1, True),
        (TO_A1, TO_A2, False),
        (TO_A1, RED, False),
        (TO_A1, None, True),
        (REFUND, LESS, True),
        (REFUND, EXCHANGE, False),
        (None, REFUND, True),
    ],
    ids=["again", "another address", "other goods", "asks how it stands", "another amount", "another remedy", "the first wish"],
)
def test_a_wish_beside_an_earlier_one(policy: Policy, wished: Any, again: Any, same: bool) -> None:
    assert is_same(policy, first(wished), again, "please hurry", Issue.CHANGE) is same


def test_a_case_that_was_decided_takes_up_no_wish(policy: Policy) -> None:
    assert not is_same(policy, first(None, settled=True), REFUND, "refund it", Issue.DAMAGED)


@pytest.mark.parametrize(
    ("known", "words", "same"),
    [
        (first(None, "请把颜色换成红色"), "另外还要改一下地址", False),
        (first(None, "change the colour to red"), "also change the address", False),
        (first(None, "change the address and the colour"), "has the address been changed?", True),
        (first(RED), "also change the address", False),
        (first(TO_A1), "是否已经改好地址了", True),
        (first(None, "please change my order"), "I mean the address", True),
    ],
)
def test_another_change_that_is_only_said_in_words(policy: Policy, known: CaseState, words: str, same: bool) -> None:
    assert is_same(policy, known, None, words, Issue.CHANGE) is same


@pytest.mark.parametrize(("by", "same"), [(CUSTOMER, True), (AGENT, False)])
def test_what_the_customer_said_since_belongs_to_the_wish(policy: Policy, by: Actor, same: bool) -> None:
    known = first(None, "换成红色", sayings=(Saying(at=NOW, by=by, words="地址也改"),))
    assert is_same(policy, known, None, "地址改好了吗", Issue.CHANGE) is same
