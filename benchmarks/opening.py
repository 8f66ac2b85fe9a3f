"""Opening over HTTP beside `start_workflow` of the same input called directly: how long a caller waits, 20 at a time, in turns.

Between two turns the worker catches up, so that neither pays for the other's cases.
"""

import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

from adapters.starting import start_case
from benchmarks.partners import order_of
from benchmarks.redress import each, running_redress
from models.case.receipt import Receipt
from models.case.state import CaseStart
from models.common.actors import Actor
from models.common.vocabulary import Channel, Issue, Kind, Locale, Role
from rules.policy.load import load_policy, slice_policy

AT_ONCE = 20
TURNS = 2
EACH = 100
STATE = "delivered"


def measure() -> dict[str, float]:
    """Milliseconds, and ratios."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, float]:
    waited: dict[str, list[float]] = {"http": [], "direct": []}
    async with running_redress(orders=2 * EACH * TURNS + EACH) as redress:
        policy = slice_policy(load_policy(redress.settings.policy), datetime.now(UTC))

        async def http(number: int) -> None:
            await redress.open(STATE, number, kind="after_sales", issue="product.quality_defect")

        async def direct(number: int) -> None:
            start = CaseStart(receipt=receipt(STATE, number), policy=policy)
            await start_case(redress.client, "cases", start)

        ways = {"http": http, "direct": direct}
        orders = itertools.count()
        await each(AT_ONCE, [_timed(http, next(orders)) for _ in range(EACH)])
        for turn in range(TURNS):
            for way in sorted(ways, reverse=turn % 2 == 0):
                await redress.waits(EACH + sum(map(len, waited.values())))
                waited[way] += await each(AT_ONCE, [_timed(ways[way], next(orders)) for _ in range(EACH)])
    figures: dict[str, float] = {}
    for name, place in (("p50", 49), ("p99", 98)):
        over, plain = (statistics.quantiles(waited[way], n=100)[place] * 1e3 for way in ("http", "direct"))
        figures |= {
            f"open over HTTP, {name}": over,
            f"start_workflow directly, {name}": plain,
            f"open over HTTP, share of direct, {name}": over / plain,
        }
    return figures


def _timed(way: Callable[[int], Awaitable[None]], number: int) -> Callable[[], Awaitable[float]]:
    async def timed() -> float:
        begun = time.perf_counter()
        await way(number)
        return time.perf_counter() - begun

    return timed


def receipt(state: str, number: int) -> Receipt:
    """As the API takes it down."""
    order_id, customer_id = order_of(state, number)
    return Receipt(
        case_id=f"RD-{uuid4().hex[:12].upper()}",
        kind=Kind.AFTER_SALES,
        channel=Channel.APP,
        customer_id=customer_id,
        locale=Locale.EN,
        zone="Asia/Shanghai",
        order_id=order_id,
        lines=(),
        issue=Issue.QUALITY_DEFECT,
        description="It is not as it should be.",
        happened_at=None,
        wanted=None,
        evidence=(),
        opened_by=Actor(role=Role.CUSTOMER, id=customer_id),
        request_id=uuid4().hex,
        received_at=datetime.now(UTC),
    )


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
