"""What waits for a supervisor, decided in the list of what waits: approvals, rulings, appeals, worth of goods, reviews, root causes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.common.actors import Actor
from models.common.vocabulary import Role
from tests.api.cases.test_root_causes import an_archived_case
from tests.api.pages.cases.test_every_action import BECAUSE, TOO_LONG
from tests.api.pages.cases.test_worth import at_a_reduced_worth
from tests.support.processes.api import Web
from tests.support.processes.pages import Shown, Visitor, Visitors, stranger
from tests.support.processes.scenes import SUPERVISOR, Case, Scene, Shop, after, costly, deadlocked, paid, settled_alone
from tests.support.processes.waiting import eventually

HERE = "/console/supervision/decisions?pile="
appealed = after(paid, Role.MERCHANT, "appeal")


@pytest.fixture
async def sun(shop: Shop) -> AsyncIterator[Visitor]:
    async with stranger(shop.http.base_url) as visitor:
        await visitor.sign_in(shop.database, Actor(role=Role.SUPERVISOR, id=SUPERVISOR))
        yield visitor


async def listed(sun: Visitor, pile: str, form: str) -> Shown:
    """The pile, once the case's form is on it."""
    return await eventually(lambda: sun.get(f"{HERE}{pile}"), lambda shown: form in shown.forms)


async def decided(sun: Visitor, scene: Scene, shop: Shop, pile: str, name: str, **typed: Any) -> tuple[Case, Shown]:
    """Too long a reason is refused, then what was typed is taken, and the case is on the pile no more."""
    case = await scene(shop)
    form = f"form-{name.format(case=case.case_id)}"
    *_, last = typed
    await listed(sun, pile, form)
    await sun.refused(422, form, **{**typed, last: TOO_LONG})
    assert sun.page is not None
    decides = [name for name in ("proposal_id", "appeal_id", "version") if name in sun.page.forms[form].fields]
    if decides:
        await sun.overtaken(form, *decides, **typed)
    shown = await sun.submit(form, **typed)
    assert shown.status == 200, shown.text
    assert case.case_id in shown.text
    assert form not in shown.forms
    return case, shown


@pytest.mark.submits("/console/supervision/decisions/approvals/{case_id}/approve")
async def test_a_proposal_is_approved(shop: Shop, sun: Visitor) -> None:
    case, shown = await decided(sun, costly, shop, "approvals", "approve-{case}", note=BECAUSE)
    assert f"The proposal of {case.case_id} was approved." in shown.text
    await case.reaches("choice")


@pytest.mark.submits("/console/supervision/decisions/approvals/{case_id}/decline")
async def test_a_proposal_is_sent_back(shop: Shop, sun: Visitor) -> None:
    case, shown = await decided(sun, costly, shop, "approvals", "decline-{case}", reason="Half of it will do.")
    assert f"The proposal of {case.case_id} was sent back." in shown.text
    await case.reaches("plan")
    assert "Half of it will do." in (await sun.get(f"/console/cases/{case.case_id}")).text


@pytest.mark.submits("/console/supervision/decisions/arbitrations/{case_id}/arbitrate")
@pytest.mark.parametrize(("ruling", "outcome"), [("option-1", "confirmation"), ("nothing", "reopening")])
async def test_a_case_is_ruled_on(shop: Shop, sun: Visitor, ruling: str, outcome: str) -> None:
    case, shown = await decided(
        sun, deadlocked, shop, "arbitrations", f"rule-{{case}}-{ruling}", party="merchant", reason=BECAUSE
    )
    assert f"{case.case_id} was ruled on." in shown.text
    await case.reaches(outcome, "confirmation")
    page = await sun.get(f"/console/cases/{case.case_id}")
    assert BECAUSE in page.text


@pytest.mark.submits("/console/supervision/decisions/appeals/{case_id}/decide_appeal")
@pytest.mark.parametrize(("name", "typed"), [("grant-{case}", {"party": "platform"}), ("deny-{case}", {})])
async def test_an_appeal_is_granted_or_denied(shop: Shop, sun: Visitor, name: str, typed: dict[str, str]) -> None:
    case, shown = await decided(sun, appealed, shop, "appeals", name, **typed, reason="The picture shows it.")
    assert f"The appeal of {case.case_id} was decided." in shown.text
    view = (await case.who(Role.SUPERVISOR).get(f"/v1/cases/{case.case_id}")).json()
    assert (view["appeal"]["granted"], view["appeal"]["reason"]) == (bool(typed), "The picture shows it.")


@pytest.mark.submits("/console/supervision/worths/{case_id}/{return_id}")
async def test_what_goods_are_worth_is_decided_on_the_customers_appeal(web: Web, visitors: Visitors) -> None:
    case_id = await at_a_reduced_worth(web)
    row = await web.row(case_id)
    boss, customer = await visitors.signed_in(Role.SUPERVISOR, "li"), web.person(Role.CUSTOMER, row.customer_id)  # sun inspected
    form = f"form-worth-{case_id}-m1"
    assert form not in (await boss.get(f"{HERE}worths")).forms
    may = (await customer.get(f"/v1/cases/{case_id}/returns/m1")).json()["available_actions"]
    decides = next(one["decides"] for one in may if one["action"] == "appeal_worth")
    appealed = {**decides, "words": "The scratch was there when it came."}
    assert (await customer.post(f"/v1/cases/{case_id}/returns/m1/appeal_worth", appealed)).status_code == 200
    shown = await eventually(lambda: boss.get(f"{HERE}worths"), lambda shown: form in shown.forms)
    assert "The scratch was there when it came." in shown.text
    assert "a scratch on the rim" in shown.text
    await boss.refused(422, form, **{"shares.0.share": "7", "reason": BECAUSE})
    await boss.overtaken(form, "version", **{"shares.0.share": "0.9", "reason": BECAUSE})
    shown = await boss.submit(form, **{"shares.0.share": "0.9", "reason": BECAUSE})
    assert f"It was decided what the goods of {case_id} are worth." in shown.text
    await web.row(case_id, lambda row: row.waiting_for == "reduced_worth")
    assert "L1 × 1: 90.0% (a scratch on the rim)" in (await boss.get(f"/console/cases/{case_id}")).text
    assert form not in (await boss.get(f"{HERE}worths")).forms


@pytest.mark.submits("/console/supervision/decisions/reviews/{case_id}/review")
async def test_a_decision_without_a_person_is_reviewed(shop: Shop, sun: Visitor) -> None:
    case, shown = await decided(sun, settled_alone, shop, "reviews", "review-{case}", agrees="false", note=BECAUSE)
    assert f"{case.case_id} was reviewed." in shown.text


async def test_what_a_colleague_decided_first_is_told_and_the_words_are_kept(shop: Shop, sun: Visitor) -> None:
    case = await costly(shop)
    form = f"form-decline-{case.case_id}"
    await listed(sun, "approvals", form)
    view = (await case.who(Role.SUPERVISOR).get(f"/v1/cases/{case.case_id}")).json()
    decides = next(one["decides"] for one in view["available_actions"] if one["action"] == "approve")
    answer = await shop.person(Role.SUPERVISOR, "li").post(f"/v1/cases/{case.case_id}/approve", decides)
    assert answer.status_code == 200, answer.text
    late = await sun.submit(form, reason="Half of it will do.")
    assert late.status == 409
    assert any(late.alerts)
    assert "Half of it will do." in late.text


@pytest.mark.parametrize(
    ("form", "cause"),
    [
        pytest.param("cause", "rules_unclear", marks=pytest.mark.submits("/console/cases/{case_id}/root-cause")),
        pytest.param("no-cause", "wrong_size_chosen", marks=pytest.mark.submits("/console/cases/{case_id}/root-cause/take-back")),
    ],
)
async def test_a_root_cause_that_an_agent_proposes_is_agreed_to_or_not(
    web: Web, visitors: Visitors, form: str, cause: str
) -> None:
    case_id, _ = await an_archived_case(web)
    right = {"root_cause": "rules_unclear", "reason": "The page did not say that it ships later."}
    assert (await web.person(Role.AGENT, "alice").put(f"/v1/cases/{case_id}/root-cause", right)).status_code == 200
    boss = await visitors.signed_in(Role.SUPERVISOR, "sun")
    shown = await boss.get(f"{HERE}root_causes")
    assert right["reason"] in shown.text
    shown = await boss.submit(f"form-{form}-{case_id}")
    assert shown.path == "/console/supervision/decisions"
    assert f"form-{form}-{case_id}" not in shown.forms
    known = (await web.person(Role.SUPERVISOR, "sun").get(f"/v1/cases/{case_id}/root-cause")).json()
    assert known["root_cause"] == cause
