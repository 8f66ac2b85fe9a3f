"""One way to call every partner over HTTP: what may go wrong, and which `PartnerError` says so. The contracts: docs/partners/.

By aiohttp: a quarter of a worker's time went into asking partners, and it needs a fifth of httpx's processor time for a call.
"""

import asyncio
import http.client
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import TypeVar
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError
from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError
from structlog.contextvars import get_contextvars
from yarl import URL

from adapters import traces
from adapters.partners.circuit import Circuit
from models.common.errors import PartnerError
from models.common.partners import LONGEST_CODE
from models.common.vocabulary import ErrorType

CONNECTIONS = 100
IDLE_SECONDS = 4.0
"""Less than servers usually keep a connection open: the next call does not meet one that is just being closed."""
LONGEST_PAUSE = 3600.0
"""Seconds; a longer Retry-After counts as this one."""
LONGEST_ANSWER = 1024 * 1024
"""Bytes; an answer becomes part of a case's history, which takes two megabytes at once."""
LONGEST_WORDS = 300
COME_BACK = frozenset({401, 407, 408, 421, 425, 429})
"""Not about what we asked: our token, a proxy, the connection, the pace. Mended by an operator or by time."""

ShapeT = TypeVar("ShapeT")
Tokens = Callable[[str | None], tuple[str, ...]]
"""What a call may carry, the first that is taken, by the merchant or carrier that it is for; None: for none in particular."""


class Complaint(BaseModel):
    """The body of a partner's error."""

    detail: JsonValue = None
    code: JsonValue = None


class NotServedError(PartnerError):
    """501: the partner does not have this call at all."""


class Answer(BaseModel):
    """What came back, and of what."""

    call: str
    status: int
    content: bytes
    is_page: bool
    """HTML: written by something between us and the partner, or at a wrong address."""
    retry_after: str | None

    @property
    def complaint(self) -> Complaint:
        try:
            return Complaint.model_validate_json(self.content)
        except ValidationError:
            return Complaint()

    @property
    def code(self) -> str | None:
        """The partner's code for its refusal."""
        code = self.complaint.code
        return code[:LONGEST_CODE] if isinstance(code, str) and code else None

    @property
    def words(self) -> str:
        """What the partner said, for a person to read."""
        detail = self.complaint.detail
        said = detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False) if detail else ""
        return said[:LONGEST_WORDS] or http.client.responses.get(self.status) or str(self.status)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004  # RFC 9110, 15

    @property
    def is_servers_fault(self) -> bool:
        return 500 <= self.status < 600 and self.status != HTTPStatus.NOT_IMPLEMENTED  # noqa: PLR2004

    @property
    def is_refusal(self) -> bool:
        return 400 <= self.status < 500  # noqa: PLR2004


class PartnerHttp:
    """A partner's HTTP API: one pool of connections, one time limit for each call as a whole."""

    def __init__(
        self,
        partner: str,
        base_url: str,
        token: str | Tokens,
        timeout: float,
        *,
        circuit: Circuit | None = None,
        key_setting: str = "REDRESS_PARTNER_TOKEN, or the token of its own,",
    ) -> None:
        self.circuit = circuit or Circuit(partner)
        self._partner = partner
        self._timeout = timeout
        self._key_setting = key_setting
        self._base = base_url.rstrip("/")
        self._tokens: Tokens = (lambda _: (token,)) if isinstance(token, str) else token
        self._headers = {"Accept": "application/json", "User-Agent": "redress"}

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        """Made by the first call, for it belongs to that call's event loop."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(),  # _exchange limits the call as a whole
            proxy=_proxy_of(URL(self._base)),
        )

    async def aclose(self) -> None:
        if "_session" in self.__dict__:
            await self._session.close()

    async def read(self, path: str, shape: type[ShapeT], *, optional: bool = False, **query: str) -> ShapeT | None:
        """What is there, or None when the partner says that there is no such thing. `optional`: nor need there be such a call."""
        try:
            answer = await self._call("GET", path, query=query)
        except NotServedError:
            if optional:
                return None
            raise
        except PartnerError as error:
            if error.type is ErrorType.NOT_FOUND:
                return None
            raise
        return self.parse(answer, shape)

    async def write(self, path: str, body: BaseModel, key: str) -> Answer:
        """Send under an idempotency key."""
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        return await self._call("POST", path, headers=headers, content=body.model_dump_json().encode(), to=_whom(body))

    def parse(self, answer: Answer, shape: type[ShapeT]) -> ShapeT:
        """The answer's body in its shape. Raises PartnerError (PARTNER_INVALID_RESPONSE) for anything else."""
        try:
            return TypeAdapter(shape).validate_json(answer.content)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(step) for step in found["loc"])
            raise self.invalid_response(
                f"{answer.call}: {place or 'body'}: {found['msg']}"
            ) from None  # the cause quotes people's data

    def invalid_response(self, what: str) -> PartnerError:
        """An answer that breaks the contract: retried, since the fault may pass."""
        return PartnerError(ErrorType.PARTNER_INVALID_RESPONSE, f"invalid response from {self._partner}: {what}")

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        to: str | None = None,
    ) -> Answer:
        headers = dict(headers or {})
        if request_id := get_contextvars().get("request_id"):
            headers["X-Request-Id"] = str(request_id)
        url = URL(f"{self._base}{path}").update_query(query)
        with self.circuit.guard() as call:
            with traces.asking(self._partner, f"{method} {path}", headers) as span:
                answer = await self._authorized(f"{method} {path}", url, headers, content, to)
                span.set_attribute("http.response.status_code", answer.status)
            call.alive = not answer.is_servers_fault
        if answer.is_success:
            return answer
        raise self._failure(answer)

    async def _authorized(self, call: str, url: URL, headers: Mapping[str, str], content: bytes | None, to: str | None) -> Answer:
        """With the current token; a partner that does not know it yet is shown the one before."""
        method = call.partition(" ")[0]
        current, *before = self._tokens(to)
        while True:
            carried = {**headers, "Authorization": f"Bearer {current}"}
            answer = await self._exchange(
                call, self._session.request(method, url, headers=carried, data=content, allow_redirects=False)
            )
            if answer.status != HTTPStatus.UNAUTHORIZED or not before:
                return answer
            current = before.pop(0)

    async def _exchange(self, call: str, request: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> Answer:
        try:
            async with asyncio.timeout(self._timeout), request as response:
                return await self._receive(call, response)
        except TimeoutError as error:
            raise self._unavailable(f"does not answer within {self._timeout:g} s") from error
        except aiohttp.ClientError as error:
            if isinstance(error.__cause__, ContentEncodingError):
                raise self.invalid_response(f"{call}: cannot be decompressed") from error
            raise self._unavailable(f"cannot be reached ({type(error).__name__})") from error

    async def _receive(self, call: str, response: aiohttp.ClientResponse) -> Answer:
        content = bytearray()
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > LONGEST_ANSWER:
                response.close()  # the rest is not waited for
                raise self.invalid_response(f"{call}: more than {LONGEST_ANSWER} bytes")
        return Answer(
            call=call,
            status=response.status,
            content=bytes(content),
            is_page="html" in response.headers.get("Content-Type", ""),
            retry_after=response.headers.get("Retry-After"),
        )

    def _unavailable(self, what: str, retry_after: float | None = None) -> PartnerError:
        return PartnerError(ErrorType.PARTNER_UNAVAILABLE, f"{self._partner} {what}", retry_after=retry_after)

    def _failure(self, answer: Answer) -> PartnerError:
        if answer.is_servers_fault or answer.status in COME_BACK:
            hint = f"; is {self._key_setting} right?" if answer.status == HTTPStatus.UNAUTHORIZED else ""
            return self._unavailable(f"answers {answer.status}: {answer.words}{hint}", seconds_of(answer.retry_after))
        if answer.status == HTTPStatus.NOT_IMPLEMENTED:
            return NotServedError(ErrorType.PARTNER_INVALID_RESPONSE, f"{self._partner} does not serve {answer.call}")
        if answer.is_page:  # must not make an order unknown, or a refund refused
            address = f"REDRESS_{self._partner.upper()}_URL"
            return self.invalid_response(f"{answer.call}: {answer.status} with a web page; is {address} right?")
        if answer.status == HTTPStatus.NOT_FOUND:
            return PartnerError(ErrorType.NOT_FOUND, answer.words, code=answer.code)
        if answer.is_refusal:
            return PartnerError(ErrorType.PARTNER_REFUSED, answer.words, code=answer.code)
        return self.invalid_response(f"{answer.call}: status {answer.status}")


def _proxy_of(url: URL) -> str | None:
    """The environment's proxy for an address, looked up once: aiohttp (`trust_env`) does so in a thread at each call, and reads netrc in another."""
    if url.host is None or proxy_bypass(url.host):
        return None
    return getproxies().get(url.scheme)


def _whom(body: BaseModel) -> str | None:
    """The merchant or carrier whom a request is for, by the contracts' own fields."""
    named = (getattr(body, name, None) for name in ("recipient", "merchant_id", "carrier_id"))
    return next((who for who in named if isinstance(who, str)), None)


def seconds_of(retry_after: str | None) -> float | None:
    """Retry-After is a number of seconds or a date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdecimal():
        seconds = float(retry_after)
    else:
        try:
            at = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_PAUSE)
