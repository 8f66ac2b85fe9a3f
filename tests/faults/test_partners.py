"""Every fault of the sandbox at every call of the partners' contracts: the case comes to its right end, and nothing was done twice."""

import asyncio
import itertools

import pytest
from lives import AFTER_TROUBLE, LIVES, LOOK_UP, Life
from shop import Shop

PASSING = {"timeout_before": 3.0, "timeout_after": 3.0, "error_500": None, "too_many_429": 1.0, "garbage": None, "slow": 0.5}
"""Faults that pass, with their seconds: a call that hangs does so for longer than we wait."""

AT_ONCE = 24


async def lived(shop: Shop, life: Life, fault: str) -> set[tuple[str, str]]:
    """The calls that did not meet the fault."""
    order = await shop.order(life.state)
    abouts: list[str] = []

    async def trouble(calls: set[str], about: str) -> None:
        abouts.append(about)
        rules = [
            {"partner": life.calls[call], "call": call, "fault": fault, "times": 1, "seconds": PASSING[fault], "about": about}
            for call in calls
        ]
        (await shop.town.post("/faults", json=rules)).raise_for_status()

    await trouble({*LOOK_UP}, order["order_id"])
    case = await shop.open(order, trouble, **life.opening)
    await trouble({*life.calls} - {*LOOK_UP, "parcel"}, case.case_id)
    await life.live(case)
    left = (await shop.town.get("/faults")).json()
    return {(rule["call"], fault) for rule in left if rule["about"] in abouts}


@pytest.fixture(scope="module")
async def outcomes(shop: Shop) -> dict[tuple[str, str], set[tuple[str, str]] | BaseException]:
    """What became of each life with each fault, all at once: the calls that did not meet the fault, or what went wrong."""
    pairs = list(itertools.product(LIVES, PASSING))
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(life: Life, fault: str) -> set[tuple[str, str]]:
        async with turns:
            return await lived(shop, life, fault)

    results = await asyncio.gather(*(in_turn(life, fault) for life, fault in pairs), return_exceptions=True)
    return {(life.name, fault): result for (life, fault), result in zip(pairs, results, strict=True)}


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_a_fault_that_passes_changes_nothing(
    outcomes: dict[tuple[str, str], set[tuple[str, str]] | BaseException], life: Life, fault: str
) -> None:
    left = outcomes[life.name, fault]
    if isinstance(left, BaseException):
        raise left
    assert {call for call, _ in left} <= (AFTER_TROUBLE if fault == "slow" else set[str]())
