"""Whether many waiting cases slow one down: opening one more, acting on one, listing a page, with few and with many of them.

Most of what waits lies in no worker's memory: acting on such a case includes reading it back.
"""

import asyncio
import itertools
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from benchmarks.partners import order_of
from benchmarks.redress import Redress, each, running_redress
from models.common.vocabulary import Role

FEW, MANY, VERY_MANY = 200, 2_000, 20_000
AT_ONCE = 20
SAMPLES = 30
STATE = "delivered"
CASE = {"kind": "inquiry", "issue": "rules.platform_rule"}
"""A question that waits for a person: the cheapest case to have many of."""


def measure(*, large: bool = False) -> dict[str, float]:
    """Milliseconds (median), and ratios of many to few. `large`: 20,000 cases, which takes long to open."""
    return asyncio.run(_measure(VERY_MANY if large else MANY))


async def _measure(many: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    async with running_redress(orders=many + 2 * SAMPLES) as redress:
        orders = itertools.count()
        few = await _fill(redress, orders, FEW)
        at_few = await _times(redress, orders, few)
        await _fill(redress, orders, many - FEW)
        at_many = await _times(redress, orders, few)
    for name in at_few:
        figures |= {
            f"{name}, {FEW} waiting": at_few[name],
            f"{name}, {many} waiting": at_many[name],
            f"{name}, many over few": at_many[name] / at_few[name],
        }
    return figures


async def _fill(redress: Redress, orders: "itertools.count[int]", cases: int) -> list[tuple[str, str]]:
    """Open so many; the cases with their customers, once all of them wait."""
    waiting = redress.waiting()

    async def one() -> tuple[str, str]:
        number = next(orders)
        return await redress.open(STATE, number, **CASE), order_of(STATE, number)[1]

    opened = await each(AT_ONCE, [one] * cases)
    await redress.waits(waiting + cases)
    return opened


async def _times(redress: Redress, orders: "itertools.count[int]", cases: list[tuple[str, str]]) -> dict[str, float]:
    chosen = iter(cases[:: len(cases) // SAMPLES])

    async def open_one() -> None:
        await redress.open(STATE, next(orders), **CASE)

    async def act_on_one() -> None:
        case_id, customer_id = next(chosen)
        await redress.act(case_id, Role.CUSTOMER, customer_id, "add_words", words="One thing more.")

    async def list_a_page() -> None:
        page = {"sort": "next_deadline", "stage": "resolution", "limit": 50}
        answer = await redress.http.get("/v1/cases", params=page, headers=redress.headers(Role.SUPERVISOR, "sun"))
        answer.raise_for_status()

    return {
        "open one more": await _median(open_one),
        "act on one": await _median(act_on_one),
        "list a page": await _median(list_a_page),
    }


async def _median(work: Callable[[], Awaitable[None]]) -> float:
    times: list[float] = []
    for _ in range(SAMPLES):
        begun = time.perf_counter()
        await work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1e3


if __name__ == "__main__":
    print(json.dumps(measure(large="--large" in sys.argv), indent=2))
