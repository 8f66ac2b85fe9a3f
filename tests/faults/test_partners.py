"""Every fault of the sandbox at every call of the partners' contracts: the case comes to its right end, and nothing was done twice."""

import asyncio
from contextlib import suppress

import pytest

from sandbox.app import CONTRACTS
from sandbox.kit.faults import Call, Fault, FaultyRoute
from tests.support.builders.lives import ABOUT_ORDER, AFTER_TROUBLE, ANSWERED, LIVES, NOTICED, Life
from tests.support.processes.shop import Shop

PASSING = {"timeout_before": 5.0, "timeout_after": 5.0, "error_500": None, "too_many_429": 1.0, "garbage": None, "slow": 0.5}
"""Faults that pass, with their seconds: a call that hangs does so for longer than we wait."""

ASTRAY = ("duplicate_webhook", "reordered_webhooks", "no_webhook")
"""Faults of the notices that follow."""
ELSEWHERE = {"refuse", "account_closed", "card_expired", "insufficient_funds", "comes_back", "hold"}
"""Faults that test_refused.py and test_worker_killed.py play."""
UNNEEDED = {"slow": AFTER_TROUBLE, "timeout_after": {"repair_by_key"}, "garbage": {"repair_by_key"}}
"""Nothing got lost; or the workshop's notice came before anybody asked again."""
AT_ONCE = 12
"""With more, a busy machine lets healthy calls run into their time-out too, and then does little but ask again."""


Pair = tuple[str, str]
Unmet = set[str] | BaseException


def given_to(life: Life, fault: str) -> set[str]:
    """The calls of a life for which a fault makes sense: notices go astray where there are any."""
    if fault in PASSING:
        return {*life.calls}
    return {*life.calls} & (NOTICED if fault == "no_webhook" else NOTICED | ANSWERED)


PAIRS = {(life.name, fault): life for life in LIVES for fault in (*PASSING, *ASTRAY) if given_to(life, fault)}


async def lived(shop: Shop, life: Life, fault: str) -> set[str]:
    """The calls that did not meet the fault."""
    order = await shop.order(life.state)
    abouts: list[str] = []
    times = 1 if fault in PASSING else None

    async def trouble(calls: set[str], about: str) -> None:
        abouts.append(about)
        rule = {"fault": fault, "times": times, "seconds": PASSING.get(fault), "about": about}
        await shop.trouble(*({"partner": life.calls[call], "call": call, **rule} for call in calls & given_to(life, fault)))

    case = shop.case(order, trouble)
    await trouble({*life.calls} & ABOUT_ORDER, order["order_id"])
    await trouble({*life.calls} - {*ABOUT_ORDER, "parcel"}, case.case_id)
    await case.open(**life.opening)
    await life.live(case)
    left: set[str] = set()

    async def met() -> bool:
        rules = [rule for about in abouts for rule in await shop.faults(about)]
        left.clear()
        left.update(rule["call"] for rule in rules if not rule["met"])
        return left <= UNNEEDED.get(fault, set())

    with suppress(AssertionError):  # what is asked once more may come after everything else
        await shop.until(met, "every fault", 20)
    return left


@pytest.fixture(scope="module")
async def outcomes(shop: Shop, request: pytest.FixtureRequest) -> dict[Pair, Unmet]:
    """What became of each life with each fault that is to be played, many at once: the calls that did not meet it, or what went wrong."""
    turns = asyncio.Semaphore(AT_ONCE)
    ids = {item.name for item in request.session.items}
    pairs = [pair for pair in PAIRS if any(f"[{', '.join(pair)}]" in name for name in ids)]

    async def in_turn(life: Life, fault: str) -> set[str]:
        async with turns:
            return await lived(shop, life, fault)

    results = await asyncio.gather(*(in_turn(PAIRS[pair], pair[1]) for pair in pairs), return_exceptions=True)
    return dict(zip(pairs, results, strict=True))


def test_every_call_of_the_contracts_is_needed_by_a_life() -> None:
    routes = [route for router in CONTRACTS for route in router.routes if isinstance(route, FaultyRoute)]
    assert {route.name for route in routes} == {*Call}
    needed = {(partner, call) for life in LIVES for call, partner in life.calls.items()}
    of_chargebacks = {("payment", call) for call in ("chargeback", "chargebacks", "answer_chargeback")}
    """The bank opens them and nobody's case: `test_chargebacks_killed.py` has their faults."""
    of_boxes = {("merchant", "box")}
    """Two returns have one, and a life here has one at most: `tests/workflows/returns/test_box.py` has its no."""
    assert needed | of_chargebacks | of_boxes == {(str(route.tags[0]), route.name) for route in routes}


def test_every_fault_is_played() -> None:
    assert {*PASSING, *ASTRAY, *ELSEWHERE} == {*Fault}


@pytest.mark.parametrize("pair", PAIRS, ids=", ".join)
def test_a_fault_at_every_call_of_a_life_changes_nothing(outcomes: dict[Pair, Unmet], pair: Pair) -> None:
    unmet = outcomes[pair]
    if isinstance(unmet, BaseException):
        raise unmet
    assert unmet <= UNNEEDED.get(pair[1], set[str]())
