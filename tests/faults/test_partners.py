"""Every fault of the sandbox at every call of the partners' contracts: the case comes to its right end, and nothing was done twice."""

import asyncio

import pytest
from lives import AFTER_TROUBLE, ANSWERED, LIVES, LOOK_UP, NOTICED, REFUSED, Life, agreed
from shop import Shop

PASSING = {"timeout_before": 3.0, "timeout_after": 3.0, "error_500": None, "too_many_429": 1.0, "garbage": None, "slow": 0.5}
"""Faults that pass, with their seconds: a call that hangs does so for longer than we wait."""

ASTRAY = ("duplicate_webhook", "reordered_webhooks", "no_webhook")
"""Faults of the notices that follow."""
UNNEEDED = {"slow": AFTER_TROUBLE, "timeout_after": {"repair_by_key"}, "garbage": {"repair_by_key"}}
"""Nothing got lost; or the workshop's notice came before anybody asked again."""
AT_ONCE = 24


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
        rules = [{"partner": life.calls[call], "call": call, **rule} for call in calls & given_to(life, fault)]
        (await shop.town.post("/faults", json=rules)).raise_for_status()

    await trouble({*LOOK_UP, "refund"}, order["order_id"])
    case = await shop.open(order, trouble, **life.opening)
    await trouble({*life.calls} - {*LOOK_UP, "refund", "parcel"}, case.case_id)
    await life.live(case)
    left = [rule for about in abouts for rule in (await shop.town.get("/faults", params={"about": about})).json()]
    return {rule["call"] for rule in left if not rule["met"]}


@pytest.fixture(scope="module")
async def outcomes(shop: Shop) -> dict[Pair, Unmet]:
    """What became of each life with each fault, many at once: the calls that did not meet it, or what went wrong."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(life: Life, fault: str) -> set[str]:
        async with turns:
            return await lived(shop, life, fault)

    results = await asyncio.gather(*(in_turn(life, fault) for (_, fault), life in PAIRS.items()), return_exceptions=True)
    return dict(zip(PAIRS, results, strict=True))


@pytest.mark.parametrize("pair", PAIRS, ids=", ".join)
def test_a_fault_at_every_call_of_a_life_changes_nothing(outcomes: dict[Pair, Unmet], pair: Pair) -> None:
    unmet = outcomes[pair]
    if isinstance(unmet, BaseException):
        raise unmet
    assert unmet <= UNNEEDED.get(pair[1], set[str]())


@pytest.mark.parametrize("call", REFUSED)
async def test_a_no_for_good_leaves_the_case_with_somebody_who_can_go_on(shop: Shop, call: str) -> None:
    name, remedy, waits_for = REFUSED[call]
    life = next(life for life in LIVES if life.name == name)
    order = await shop.order(life.state)

    async def trouble(calls: set[str], about: str) -> None:
        rules = [{"partner": life.calls[call], "call": call, "fault": "refuse", "times": 1, "about": about} for call in calls]
        (await shop.town.post("/faults", json=rules)).raise_for_status()

    at_once = remedy is None and call != "ask"
    if at_once:
        await trouble({call}, order["order_id"])
    case = await shop.open(order, trouble, **life.opening)
    if not at_once:
        await trouble({call}, case.case_id)
    if remedy is not None:
        amount = {"minor": 1_000, "currency": order["total"]["currency"]}
        await agreed(case, remedy | ({"amount": amount} if remedy["kind"] in {"coupon", "return_and_refund"} else {}))
    await case.met(call, order["order_id"] if at_once else case.case_id)
    await case.reaches(*waits_for)
