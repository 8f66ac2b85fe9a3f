"""One side of `benchmarks.against`: the Redress of the tree that PYTHONPATH names, with that tree's own programs and partners.

Run as a script by the interpreter of that tree, which may be of an earlier commit: of its `benchmarks` it uses `running_redress`, `each`,
`Redress.cpu` and `clear_and_small` alone. Each line of standard input is a number of lives to play; each line of standard output says what they took.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import Counter

from benchmarks.history import clear_and_small
from benchmarks.redress import each, running_redress

AT_ONCE = 10
SETTLE = 2.0
"""Seconds in which what a life leaves behind is done: messages, the claim. Their processor time counts, the wait does not."""


async def main(orders: int) -> None:
    numbers = itertools.count()
    async with running_redress(orders=orders) as redress:
        _say({"ready": True})
        while lives := int(await asyncio.to_thread(sys.stdin.readline) or 0):
            before, begun = Counter(redress.cpu()), time.perf_counter()
            await each(AT_ONCE, [lambda: clear_and_small(redress, next(numbers))] * lives)
            seconds = time.perf_counter() - begun
            await asyncio.sleep(SETTLE)
            _say({"seconds": seconds, "cpu": Counter(redress.cpu()) - before})


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
