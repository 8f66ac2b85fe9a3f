"""What it costs to encrypt what Temporal keeps (docs/payloads.md): the same lives with a payload key and without, in turns.

Both are started, each with its own server, worker and API; one plays at a time, and its processor seconds alone count.
"""

import asyncio
import itertools
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from statistics import geometric_mean

from benchmarks.history import clear_and_small
from benchmarks.redress import Redress, each, running_redress

ROUNDS = 8
LIVES_A_TURN = 10
AT_ONCE = 10
SETTLE = 2.0
"""Seconds in which what a life leaves behind is done."""


@dataclass
class Side:
    redress: Redress
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    seconds: list[float] = field(default_factory=list[float])

    async def play(self) -> None:
        before = Counter(self.redress.cpu())
        await each(AT_ONCE, [lambda: clear_and_small(self.redress, next(self.numbers))] * LIVES_A_TURN)
        await asyncio.sleep(SETTLE)
        self.seconds.append((Counter(self.redress.cpu()) - before).total() / LIVES_A_TURN)


def measure() -> dict[str, float]:
    """Processor seconds of a life, all of its processes together, and their ratio."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, float]:
    orders = (ROUNDS + 1) * LIVES_A_TURN
    async with running_redress(orders) as one, running_redress(orders, encrypted=True) as other:
        plain, encrypted = Side(one), Side(other)
        for _ in range(ROUNDS + 1):
            for side in random.sample((plain, encrypted), 2):
                await side.play()
    pairs = list(zip(plain.seconds, encrypted.seconds, strict=True))[1:]  # the first round warms up
    return {
        "CPU seconds of a life, plain": sum(a for a, _ in pairs) / ROUNDS,
        "CPU seconds of a life, encrypted": sum(b for _, b in pairs) / ROUNDS,
        "CPU of a life, encrypted over plain": geometric_mean(b / a for a, b in pairs),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
