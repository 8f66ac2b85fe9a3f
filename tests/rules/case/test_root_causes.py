"""Root causes by the shipped catalogue: facts, finding and words; the first row of which everything holds."""

import pytest

from models.case.state import CaseState
from models.common.actors import Actor
from models.common.vocabulary import Issue, Party
from models.investigation.findings import Saying
from models.policy.policy import Policy
from models.policy.root_causes import RootCause
from rules.case.root_causes import root_cause
from tests.support.builders.actors import CUSTOMER, MERCHANT
from tests.support.builders.cases import NOW, case, classified, finding, receipt
from tests.support.builders.facts import facts


def said(words: str, by: Actor = CUSTOMER) -> tuple[Saying, ...]:
    return (Saying(at=NOW, by=by, words=words),)


def damaged(party: Party = Party.CARRIER, **change: object) -> CaseState:
    return classified(Issue.DAMAGED, finding=finding(party, row="damage-shown"), **change)


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        (case(), "not_established"),
        (classified(Issue.LOST, finding=finding(row="lost")), "parcel_lost"),
        (classified(Issue.DELAY, finding=finding(Party.MERCHANT, row="shipped-late")), "shipped_late"),
        (damaged(), "damaged_on_the_way"),
        (damaged(Party.MERCHANT), "damaged_before_shipping"),
        (damaged(sayings=said("There was NO  Padding at all")), "poorly_packed"),
        (damaged(receipt=receipt(description="箱子裡沒有緩衝")), "poorly_packed"),
        (damaged(sayings=said("no padding", MERCHANT)), "damaged_on_the_way"),
        (damaged(sayings=said("an uncommonly thin boxer was on the label")), "damaged_on_the_way"),
        (classified(Issue.MERCHANT_ATTITUDE, finding=finding(Party.MERCHANT)), "service_of_merchant"),
        (classified(Issue.QUALITY_DEFECT), "not_established"),
    ],
)
def test_the_root_cause_is_that_of_the_first_row_of_which_everything_holds(policy: Policy, state: CaseState, cause: str) -> None:
    assert root_cause(state, policy.root_causes) == cause


def test_a_row_looks_at_facts_and_one_that_names_nothing_is_for_people_to_choose() -> None:
    name = {"zh": "名", "en": "name"}
    rows = [
        {"id": "chosen", "name": name},
        {"id": "heavy", "name": name, "when": [{"fact": "line.custom", "is": True}]},
        {"id": "any", "name": name, "issues": ["product"]},
    ]
    catalogue = [RootCause.model_validate(row) for row in rows]
    of_goods = classified(Issue.QUALITY_DEFECT)
    assert root_cause(of_goods, catalogue) == "any"
    assert root_cause(of_goods.model_copy(update={"facts": facts({"line.custom": True})}), catalogue) == "heavy"
