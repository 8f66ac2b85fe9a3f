"""Words between the returns of one box: each is sent until it is heard, the latest alone, and never from a handler that would wait for it."""

import asyncio
from collections.abc import Callable

from models.returns.box import TellReturn
from workflows.returns import activities as return_activities


class Post:
    """What is still to be said, by whom it is for. `word` makes it when it is sent; `unheard` is told who is not there any more."""

    def __init__(self, word: Callable[[str], TellReturn], unheard: Callable[[str], None]) -> None:
        self._word = word
        self._unheard = unheard
        self._for: dict[str, None] = {}
        self._sending: asyncio.Task[None] | None = None

    def put(self, to: str) -> None:
        """Tell that return how things stand here."""
        self._for[to] = None
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def sent(self) -> None:
        """Returns when everything was said."""
        while self._sending is not None and not self._sending.done():
            await self._sending

    async def _send(self) -> None:
        while self._for:
            to = next(iter(self._for))
            del self._for[to]
            if not (await return_activities.tell_return(self._word(to))).heard:
                self._unheard(to)
