"""Two at once: never more is refunded than was paid, and of two people one wins and the other is told (RES-5, RES-11)."""

import asyncio
from typing import Any

from models.common.vocabulary import Role
from tests.support.processes.shop import Case, Shop

SERVICE = {"kind": "complaint", "issue": "service.promise_not_kept"}
DEFECT = {"kind": "after_sales", "issue": "product.quality_defect"}


async def no_trouble(_: set[str], __: str) -> None:
    """Everybody is well."""


def giving(amount: dict[str, Any]) -> dict[str, Any]:
    return {"options": [{"remedies": [{"kind": "refund_only", "amount": amount}], "why": "as agreed"}]}


async def undecided(case: Case) -> None:
    await case.reaches("plan", "answers", "finding")
    await case.act(Role.SUPERVISOR, "take")


async def test_two_cases_that_refund_one_order_at_once_give_no_more_than_was_paid(shop: Shop) -> None:
    order = await shop.order("delivered")
    cases = [await shop.open(order, no_trouble, **opening) for opening in (SERVICE, DEFECT)]
    for case in cases:
        await undecided(case)
        await case.act(Role.SUPERVISOR, "propose", **giving(order["total"]))
        await case.reaches("choice")
    await asyncio.gather(*(case.who(Role.CUSTOMER).post(f"/v1/cases/{case.case_id}/accept", {"option": 1}) for case in cases))
    ends = await asyncio.gather(*(case.reaches("confirmation", "plan", "payment_repair", "choice") for case in cases))
    assert ends.count("confirmation") == 1
    (refund,) = await shop.books("refunds", order_id=order["order_id"])
    assert (refund["status"], refund["amount"]) == ("arrived", order["total"])


async def test_of_two_people_who_propose_at_once_one_is_told_that_the_other_was_quicker(shop: Shop) -> None:
    order = await shop.order("delivered")
    case = await shop.open(order, no_trouble, **SERVICE)
    await undecided(case)
    amount = {"minor": 1_000, "currency": order["total"]["currency"]}
    people = [shop.person(Role.SUPERVISOR, who) for who in ("sun", "li")]
    answers = await asyncio.gather(*(who.post(f"/v1/cases/{case.case_id}/propose", giving(amount)) for who in people))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    loser = next(answer for answer in answers if answer.status_code == 409).json()
    assert "propose" not in loser["allowed"]
    assert len((await case.seen(f"/v1/cases/{case.case_id}", lambda view: bool(view["proposals"])))["proposals"]) == 1


async def test_a_choice_made_twice_at_once_is_made_once(shop: Shop) -> None:
    order = await shop.order("delivered")
    case = await shop.open(order, no_trouble, **SERVICE)
    await undecided(case)
    await case.act(Role.SUPERVISOR, "propose", **giving({"minor": 1_000, "currency": order["total"]["currency"]}))
    await case.reaches("choice")
    customer, path = case.who(Role.CUSTOMER), f"/v1/cases/{case.case_id}"
    words: dict[str, dict[str, Any]] = {"accept": {"option": 1}, "reject": {"reason": "That is too little."}}
    choices = ("accept", "reject", "accept")
    answers = await asyncio.gather(*(customer.post(f"{path}/{choice}", words[choice]) for choice in choices))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    if answers[1].status_code == 409:
        await case.reaches("confirmation")
    assert len(await shop.books("refunds", reference=case.case_id)) == (answers[1].status_code == 409)
