"""Waiting for what happens by itself, in one way for all tests: looked for again and again, for as long as a busy machine may need."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds. Only a test that fails ever waits so long."""
LOOK_EVERY = 0.02


async def eventually(look: Callable[[], Awaitable[T]], holds: Callable[[T], object] = bool, every: float = LOOK_EVERY) -> T:
    """What is seen, as soon as something holds of it. Raises AssertionError with what was seen last."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while not holds(seen := await look()):
        if asyncio.get_running_loop().time() > end:
            message = f"it did not happen within {PATIENCE:.0f} s; seen last: {str(seen)[:2000]}"
            raise AssertionError(message)
        await asyncio.sleep(every)
    return seen


async def until(holds: Callable[[], object]) -> None:
    """Return as soon as it holds, of a partner's books above all: they are written after the case's own."""

    async def look() -> object:
        return holds()

    await eventually(look)
