"""A partner's final no (RES-19) at every call of the contracts: the case goes on without it, or stands with somebody who can go on."""

import asyncio
from contextlib import suppress

import pytest

from models.common.vocabulary import Role
from tests.support.builders.lives import ABOUT_ORDER, AFTER_TROUBLE, LIVES, Life
from tests.support.builders.lives_with_money import over
from tests.support.processes.shop import Case, Shop

AT_ONCE = 12
CLOSED = ("reopening", "nobody")
ENDS = {
    ("merchant", "order"): ("plan", "agent"),
    ("carrier", "shipments"): ("plan", "agent"),
    ("payment", "payments"): ("plan", "agent"),
    ("merchant", "variants"): CLOSED,
    ("merchant", "ask"): ("answers", "merchant"),
    ("carrier", "ask"): ("answers", "carrier"),
    ("payment", "refund"): ("payment_repair", "agent"),
    ("promotion", "issue_coupon"): ("plan", "agent"),
    ("carrier", "claim"): CLOSED,
    ("merchant", "recover"): CLOSED,
    ("notification", "send"): CLOSED,
    ("merchant", "open_return"): ("plan", "agent"),
    ("carrier", "label"): CLOSED,
    ("carrier", "pickup"): ("return_shipping", "customer"),
    ("carrier", "move_pickup"): CLOSED,
    ("carrier", "parcel"): ("return_transit", "carrier"),
    ("merchant", "send_back"): ("plan", "agent"),
    ("merchant", "cancel_return"): CLOSED,
    ("carrier", "void_label"): CLOSED,
    ("carrier", "cancel_pickup"): CLOSED,
    ("merchant", "reserve"): ("plan", "agent"),
    ("merchant", "renew"): ("charge", "customer"),
    ("merchant", "dispatch"): ("plan", "agent"),
    ("merchant", "release"): CLOSED,
    ("merchant", "stop_dispatch"): CLOSED,
    ("promotion", "revoke_coupon"): CLOSED,
    ("merchant", "repair"): ("repair", "merchant"),
    ("merchant", "decide"): ("repair", "merchant"),
    ("payment", "charge"): ("plan", "agent"),
    ("payment", "cancel_charge"): ("charge", "nobody"),
    ("merchant", "change"): ("plan", "merchant"),
    ("merchant", "undo_change"): CLOSED,
}
"""What the case waits for then, and whose move it is. A charge may still be paid: its provider is asked until long after."""


def life_with(partner: str, call: str) -> Life:
    return next(life for life in LIVES if life.calls.get(call) == partner)


async def lived(shop: Shop, partner: str, call: str) -> Case:
    """A life in which that partner says no whenever it is called so, as far as it comes."""
    life = life_with(partner, call)
    order = await shop.order(life.state)
    about = ""

    async def trouble(calls: set[str], of: str) -> None:
        nonlocal about
        if call in calls:
            about = of
            await shop.trouble({"partner": partner, "call": call, "fault": "refuse", "about": of})

    async def met() -> bool:
        return bool(about) and any(rule["met"] for rule in await shop.faults(about))

    case = shop.case(order, trouble)
    await trouble({*life.calls} & ABOUT_ORDER, order["order_id"])
    await trouble({*life.calls} - {*ABOUT_ORDER, "parcel"}, case.case_id)
    await case.open(**life.opening)
    living = asyncio.create_task(life.live(case))
    try:
        await shop.until(met, f"{call} refused")
        await case.until(lambda row: (row.waiting_for, row.waiting_on) == ENDS[partner, call], str(ENDS[partner, call]))
    finally:
        living.cancel()
        with suppress(asyncio.CancelledError, AssertionError, ValueError):  # it went another way than it was meant to
            await living
    return case


@pytest.fixture(scope="module")
async def cases(shop: Shop) -> dict[tuple[str, str], Case | BaseException]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(partner: str, call: str) -> Case:
        async with turns:
            return await lived(shop, partner, call)

    return dict(zip(ENDS, await asyncio.gather(*(in_turn(*who) for who in ENDS), return_exceptions=True), strict=True))


def test_every_call_is_refused_but_those_that_only_look_what_became_of_another() -> None:
    assert {*ENDS} == {(partner, call) for life in LIVES for call, partner in life.calls.items() if call not in AFTER_TROUBLE}


@pytest.mark.parametrize("who", ENDS, ids=", ".join)
async def test_a_no_for_good_holds_nothing_up(cases: dict[tuple[str, str], Case | BaseException], who: tuple[str, str]) -> None:
    case = cases[who]
    if isinstance(case, BaseException):
        raise case
    view = await case.seen(f"/v1/cases/{case.case_id}", lambda view: view["stage"] is not None)
    assert all(proposal["by"] != Role.SYSTEM for proposal in view["proposals"]), "a refund that nobody asked for"
    if who[1] in {"claim", "recover"}:  # a supervisor is told, and the party may still answer by our API
        claim = await case.seen(f"/v1/claims/{case.case_id}.claim.1", lambda claim: claim["undelivered"] is not None)
        assert claim["status"] == "open"


async def refunding(shop: Shop, *faults: str) -> Case:
    """A refund that meets these faults, once: as one that is refused on the provider's books, with that code."""
    life = life_with("payment", "refund")

    async def trouble(calls: set[str], of: str) -> None:
        rules = [{"partner": "payment", "call": call, "times": 1, "about": of} for call in calls]
        await shop.trouble(*(rule | {"fault": fault} for rule in rules for fault in faults))

    case = shop.case(await shop.order(life.state), trouble)
    await trouble({"refund"}, case.case_id)
    await case.open(**life.opening)
    return case


async def refunds_of(case: Case) -> list[tuple[str, str]]:
    return [(refund["to"], refund["status"]) for refund in await case.shop.books("refunds", reference=case.case_id)]


@pytest.mark.parametrize("fault", ["account_closed", "card_expired"])
async def test_money_that_cannot_go_back_the_way_it_came_goes_to_the_customers_balance(shop: Shop, fault: str) -> None:
    case = await refunding(shop, fault)
    await over(case)
    assert await refunds_of(case) == [("original", "refused"), ("balance", "arrived")]


async def test_money_that_came_back_after_it_had_arrived_is_given_again_by_a_person(shop: Shop) -> None:
    """Its arrival is told once more after that, and changes nothing."""
    case = await refunding(shop, "comes_back", "reordered_webhooks")
    await case.reaches("payment_repair")
    await case.act(Role.SUPERVISOR, "retry_refund", remedy_id="m1", to="balance")
    await over(case)
    assert await refunds_of(case) == [("original", "refused"), ("balance", "arrived")]


async def test_money_that_a_merchant_has_not_got_is_asked_for_again_by_a_person(shop: Shop) -> None:
    case = await refunding(shop, "insufficient_funds")
    await case.reaches("payment_repair")
    await case.act(Role.SUPERVISOR, "retry_refund", remedy_id="m1")
    await over(case)
    assert await refunds_of(case) == [("original", "refused"), ("original", "arrived")]
