"""One way to call every partner over HTTP: what may go wrong, and which `PartnerError` says so. The contracts: docs/partners/."""

import asyncio
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError
from structlog.contextvars import get_contextvars

from adapters.circuit import Circuit
from models.errors import PartnerError
from models.vocabulary import ErrorType

LONGEST_PAUSE = 3600.0
"""Seconds; a partner that wants to be left alone for longer is asked again all the same."""
LONGEST_ANSWER = 1024 * 1024
"""Bytes; an answer becomes part of a case's history, which takes two megabytes at once."""
LONGEST_WORDS = 300
COME_BACK = frozenset({401, 407, 408, 421, 425, 429})
"""Not about what we asked: our token, a proxy, the connection, the pace. Mended by an operator or by time."""

ShapeT = TypeVar("ShapeT")


class Complaint(BaseModel):
    """The body of a partner's error."""

    detail: JsonValue = None


class Answer(BaseModel):
    """What came back, and of what."""

    call: str
    status: int
    content: bytes
    is_page: bool
    """HTML: written by something between us and the partner, or at a wrong address."""
    retry_after: str | None

    @property
    def words(self) -> str:
        """What the partner said, for a person to read."""
        try:
            detail = Complaint.model_validate_json(self.content).detail
        except ValidationError:
            detail = None
        said = detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False) if detail else ""
        return said[:LONGEST_WORDS] or httpx.codes.get_reason_phrase(self.status) or str(self.status)


class PartnerHttp:
    """A partner's HTTP API: one pool of connections, one time limit for each call as a whole."""

    def __init__(self, partner: str, base_url: str, token: str, timeout: float, *, circuit: Circuit | None = None) -> None:
        self.circuit = circuit or Circuit(partner)
        self._partner = partner
        self._timeout = timeout
        self._base = urlsplit(base_url).path.rstrip("/")
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json", "User-Agent": "redress"},
            timeout=timeout,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def read(self, path: str, shape: type[ShapeT], **query: str) -> ShapeT | None:
        """What is there, or None when the partner says that there is no such thing."""
        try:
            answer = await self._call(self._client.build_request("GET", path, params=query))
        except PartnerError as error:
            if error.type is ErrorType.NOT_FOUND:
                return None
            raise
        return self.parse(answer, shape)

    async def write(self, path: str, body: BaseModel, key: str) -> Answer:
        """Send under an idempotency key."""
        content = body.model_dump(mode="json")
        return await self._call(self._client.build_request("POST", path, json=content, headers={"Idempotency-Key": key}))

    def parse(self, answer: Answer, shape: type[ShapeT]) -> ShapeT:
        """The answer's body in its shape; anything else is nonsense."""
        try:
            return TypeAdapter(shape).validate_json(answer.content)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(step) for step in found["loc"])
            raise self.nonsense(f"{answer.call}: {place or 'body'}: {found['msg']}") from None  # the cause quotes people's data

    def nonsense(self, what: str) -> PartnerError:
        """An answer that breaks the contract: asked again, since it may be a fault of the moment."""
        return PartnerError(ErrorType.PARTNER_NONSENSE, f"{self._partner} answers against its contract: {what}")

    async def _call(self, request: httpx.Request) -> Answer:
        if request_id := get_contextvars().get("request_id"):
            request.headers["X-Request-Id"] = str(request_id)
        with self.circuit.watching() as call:
            answer = await self._exchange(request)
            call.alive = not httpx.codes.is_server_error(answer.status)
        if httpx.codes.is_success(answer.status):
            return answer
        raise self._failure(answer)

    async def _exchange(self, request: httpx.Request) -> Answer:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._receive(request)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise self._unavailable(f"does not answer within {self._timeout:g} s") from error
        except httpx.DecodingError as error:
            raise self.nonsense(f"{request.method} {request.url.path}: cannot be decompressed") from error
        except httpx.RequestError as error:
            raise self._unavailable(f"cannot be reached ({type(error).__name__})") from error

    async def _receive(self, request: httpx.Request) -> Answer:
        call = f"{request.method} {request.url.path.removeprefix(self._base)}"
        response = await self._client.send(request, stream=True)
        try:
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > LONGEST_ANSWER:
                    raise self.nonsense(f"{call}: more than {LONGEST_ANSWER} bytes")
        finally:
            await response.aclose()
        return Answer(
            call=call,
            status=response.status_code,
            content=bytes(content),
            is_page="html" in response.headers.get("Content-Type", ""),
            retry_after=response.headers.get("Retry-After"),
        )

    def _unavailable(self, what: str, retry_after: float | None = None) -> PartnerError:
        return PartnerError(ErrorType.PARTNER_UNAVAILABLE, f"{self._partner} {what}", retry_after=retry_after)

    def _failure(self, answer: Answer) -> PartnerError:
        if httpx.codes.is_server_error(answer.status) or answer.status in COME_BACK:
            hint = "; is REDRESS_PARTNER_TOKEN right?" if answer.status == HTTPStatus.UNAUTHORIZED else ""
            return self._unavailable(f"answers {answer.status}: {answer.words}{hint}", seconds_of(answer.retry_after))
        if answer.is_page:  # must not make an order unknown, or a refund refused
            address = f"REDRESS_{self._partner.upper()}_URL"
            return self.nonsense(f"{answer.call}: {answer.status} with a web page; is {address} right?")
        if answer.status == HTTPStatus.NOT_FOUND:
            return PartnerError(ErrorType.NOT_FOUND, answer.words)
        if httpx.codes.is_client_error(answer.status):
            return PartnerError(ErrorType.PARTNER_REFUSED, answer.words)
        return self.nonsense(f"{answer.call}: status {answer.status}")


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
