"""A message provider that is broken while a case lives delays its messages, and never the case; each arrives once (NTF-2)."""

import asyncio

import pytest

from tests.support.builders.lives import LIVES
from tests.support.builders.lives_with_money import outbox_of, over, told
from tests.support.processes.shop import Case, Shop

LIFE = LIVES[0]
BROKEN = {"timeout_before": 3.0, "timeout_after": 3.0, "error_500": None, "too_many_429": 1.0}
"""Faults without an end, with their seconds."""


async def no_trouble(_: set[str], __: str) -> None:
    """Every other partner is well."""


@pytest.fixture(scope="module")
async def outcomes(shop: Shop) -> dict[str, tuple[Case, int]]:
    """Cases that came to their end while nobody took their messages, with how many waited then. The provider is well again."""

    async def lived(fault: str) -> tuple[Case, int]:
        case = shop.case(await shop.order(LIFE.state), no_trouble)
        broken = {"fault": fault, "seconds": BROKEN[fault], "about": case.case_id}
        await shop.trouble({"partner": "notification", "call": "send", **broken})
        await case.open(**LIFE.opening)
        await over(case)
        waiting = [row for row in await outbox_of(case) if row.state == "waiting"]
        await shop.well_again(case.case_id)
        return case, len(waiting)

    return dict(zip(BROKEN, await asyncio.gather(*(lived(fault) for fault in BROKEN)), strict=True))


@pytest.mark.parametrize("fault", BROKEN)
async def test_a_broken_message_provider_delays_messages_and_never_a_case(
    outcomes: dict[str, tuple[Case, int]], fault: str
) -> None:
    case, waiting = outcomes[fault]
    assert waiting
    await told(case)
