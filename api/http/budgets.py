"""How much one caller may ask for, and how much is served at once (TRU-4); what is too much is refused at once, with when to come back.

Budgets are of one API process: with several behind a balancer a caller has as many times as much.
"""

import re
import time
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import NamedTuple

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import problem, respond, too_many
from models.common.vocabulary import ErrorType

OPENING = "opening"
"""The budget of customers' openings."""
NOTICES = "notices"
"""The budget of what one partner tells of one case, which its history has to hold."""
UNAUTHENTICATED = "unauthenticated"
"""The budget of one address's requests without a token that we accept."""
FREE = frozenset({"/healthz", "/readyz", "/metrics"})
"""Always served: they say how the others fare."""
STREAMS_EACH, STREAMS_ALL = 10, 500
"""Event streams of one caller, and of all of them."""
BULKS_ALL = 4
"""Bulk requests of all callers; a caller has one."""
SHARE = 4
"""One caller is served at most a quarter of what is served at once."""
STREAM = re.compile(r"/v1/(cases/[^/]+|me)/events")


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

    def __init__(self, rates: Mapping[str, str], at_once: int) -> None:
        """`rates`: `120/minute` by the budget's name; a budget without one has no limit. Raises ValueError for what is no rate.

        `at_once`: the most requests that are served at once, of all callers.
        """
        self._rates: dict[str, RateLimitItem] = {name: parse(rate) for name, rate in rates.items()}
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._each = max(at_once // SHARE, 1)
        self._served: Counter[str] = Counter()
        self._streams: Counter[str] = Counter()
        self._bulks: Counter[str] = Counter()

    def take(self, request: Request, name: str, who: str, *, cost: int = 1) -> None:
        """Count a request, and leave on it what its answer's headers say. Raises ProblemError (BUSY) when the budget is used up.

        `cost`: how many requests it is worth.
        """
        rate = self._rates.get(name)
        if rate is None:
            return
        allowed = self._limiter.hit(rate, name, who, cost=cost)
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
        with _one_more(
            self._streams,
            who,
            STREAMS_EACH,
            f"At most {STREAMS_EACH} event streams are open at once for one caller. Close one, or come back later.",
            f"单个调用方最多同时打开 {STREAMS_EACH} 个事件流，请关闭一个或稍后重试。",
            of_all=STREAMS_ALL,
            retry_after=30,
        ):
            yield

    @contextmanager
    def bulk(self, who: str) -> Generator[None]:
        """Hold the caller's bulk request. Raises ProblemError (BUSY) when they have one, or all callers together have too many."""
        with _one_more(
            self._bulks,
            who,
            1,
            f"One bulk request of a caller is carried out at a time, and {BULKS_ALL} of all callers. Come back shortly.",
            f"每个调用方一次只执行一个批量请求，系统同时最多执行 {BULKS_ALL} 个，请稍后重试。",
            of_all=BULKS_ALL,
            retry_after=10,
        ):
            yield

    @contextmanager
    def serving(self, request: Request, who: str) -> Generator[None]:
        """Hold one of the caller's requests, so that nobody takes up all that is served at once. Raises ProblemError (BUSY) for one too many."""
        if is_stream(request.scope):
            yield
            return
        with _one_more(
            self._served,
            who,
            self._each,
            f"At most {self._each} requests of one caller are served at once. Wait for an answer before you send the next.",
            f"单个调用方最多同时处理 {self._each} 个请求，请等待答复后再发送。",
            retry_after=1,
        ):
            yield


@contextmanager
def _one_more(
    held: Counter[str], who: str, each: int, en: str, zh: str, *, of_all: int | None = None, retry_after: int
) -> Generator[None]:
    """Hold one more for the caller; BUSY, in these words, when `each` are held already, or `of_all` by all callers together."""
    if held[who] >= each or (of_all is not None and held.total() >= of_all):
        raise problem(ErrorType.BUSY, en, zh, rule="TRU-4", retry_after=retry_after)
    held[who] += 1
    try:
        yield
    finally:
        held[who] -= 1
        if not held[who]:
            del held[who]


def is_stream(scope: Scope) -> bool:
    """Whether somebody asks to follow a case, or all of theirs."""
    return scope["method"] == "GET" and STREAM.fullmatch(scope["path"]) is not None


class Admission:
    """Serves so many requests at once; who comes on top is told at once, instead of waiting until it is too late for everybody.

    A request counts while we work on it, never while its body is on its way or its caller does not take the answer: slow
    callers keep nobody waiting. Event streams have a bound of their own.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._served = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in FREE or is_stream(scope):
            await self._app(scope, receive, send)
        elif self._served >= self._most:
            await respond(Request(scope), too_many())(scope, receive, send)
        else:
            with self._working():
                await self._app(scope, self._receiving(receive), self._sending(send))

    @contextmanager
    def _working(self) -> Generator[None]:
        self._served += 1
        try:
            yield
        finally:
            self._served -= 1

    @contextmanager
    def _waiting(self) -> Generator[None]:
        self._served -= 1
        try:
            yield
        finally:
            self._served += 1

    def _receiving(self, receive: Receive) -> Receive:
        whole = False

        async def receiving() -> Message:
            """Once the body is there, whoever listens on waits for the caller to go, and works meanwhile."""
            nonlocal whole
            if whole:
                return await receive()
            with self._waiting():
                message = await receive()
            whole = not message.get("more_body", False)
            if whole and self._served > self._most:
                raise HTTPException(503)
            return message

        return receiving

    def _sending(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            with self._waiting():
                await send(message)

        return sending


def address_of(request: Request) -> str:
    """Where a request comes from, for whoever has no name."""
    return request.client.host if request.client else "?"
