"""How much one caller may ask for, and how much is served at once (TRU-4); what is too much is refused at once, with when to come back.

Budgets are of one API process: with several behind a balancer a caller has as many times as much.
"""

import time
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from math import ceil
from random import randint
from typing import NamedTuple

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import ProblemError, problem, respond
from models.common.vocabulary import ErrorType

OPENING = "opening"
"""The budget of customers' openings."""
UNAUTHENTICATED = "unauthenticated"
"""The budget of one address's requests without a token that we accept."""
FREE = frozenset({"/healthz", "/readyz", "/metrics"})
"""Always served: they say how the others fare."""
STREAMS_EACH, STREAMS_ALL = 10, 500
"""Event streams of one caller, and of all of them."""


class Standing(NamedTuple):
    """What is left of a budget: `left` of `most` requests, renewed in `seconds`; `window` seconds long."""

    name: str
    most: int
    window: int
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """As the draft of the IETF on RateLimit header fields has them."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.most};w={self.window}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.seconds}',
        }


class Budgets:
    """Counts requests by budget and caller."""

    def __init__(self, rates: Mapping[str, str]) -> None:
        """`rates`: `120/minute` by the budget's name; a budget without one has no limit. Raises ValueError for what is no rate."""
        self._rates: dict[str, RateLimitItem] = {name: parse(rate) for name, rate in rates.items()}
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._streams: Counter[str] = Counter()

    def take(self, request: Request, name: str, who: str) -> None:
        """Count a request, and leave on it what its answer's headers say. Raises ProblemError (BUSY) when the budget is used up."""
        rate = self._rates.get(name)
        if rate is None:
            return
        allowed = self._limiter.hit(rate, name, who)
        stats = self._limiter.get_window_stats(rate, name, who)
        seconds = max(1, ceil(stats.reset_time - time.time()))
        request.state.budget_headers = Standing(name, rate.amount, rate.get_expiry(), stats.remaining, seconds).headers
        if not allowed:
            raise problem(
                ErrorType.BUSY,
                f"More than {rate} is more than we take of one caller ({name}). Come back in {seconds} s.",
                f"请求超过单个调用方的限额（{name}：{rate}），请在 {seconds} 秒后重试。",
                rule="TRU-4",
                retry_after=seconds,
            )

    @contextmanager
    def stream(self, who: str) -> Generator[None]:
        """Hold one of the caller's event streams. Raises ProblemError (BUSY) when they, or all callers together, have too many."""
        if self._streams[who] >= STREAMS_EACH or self._streams.total() >= STREAMS_ALL:
            raise problem(
                ErrorType.BUSY,
                f"At most {STREAMS_EACH} event streams are open at once for one caller. Close one, or come back later.",
                f"单个调用方最多同时打开 {STREAMS_EACH} 个事件流，请关闭一个或稍后重试。",
                rule="TRU-4",
                retry_after=30,
            )
        self._streams[who] += 1
        try:
            yield
        finally:
            self._streams[who] -= 1
            self._streams += Counter()  # forgets who has none


class Admission:
    """Serves so many requests at once; who comes on top is told at once, instead of waiting until it is too late for everybody.

    Event streams have a bound of their own.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._served = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in FREE or scope["path"].endswith("/events"):
            await self._app(scope, receive, send)
        elif self._served >= self._most:
            await respond(Request(scope), _full())(scope, receive, send)
        else:
            self._served += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._served -= 1


def _full() -> ProblemError:
    return problem(
        ErrorType.BUSY,
        "More is asked for at once than can be served. Come back shortly; a retry with the same Idempotency-Key is safe.",
        "同时请求过多，请稍后重试；使用相同的 Idempotency-Key 重试是安全的。",
        status=503,
        retry_after=randint(1, 4),  # noqa: S311 # so that they do not all come back at once
    )


def address_of(request: Request) -> str:
    """Where a request comes from, for whoever has no name."""
    return request.client.host if request.client else "?"
