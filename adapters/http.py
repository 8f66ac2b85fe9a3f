"""One way to call every partner over HTTP: what may go wrong, and which `PartnerError` says so. The contracts: docs/partners/.

An answer that does not come, or a partner in trouble, may be asked again. A 404 means "no such thing" only in the contract's own
words: a wrong address or a proxy's page must not make an order unknown.
"""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError
from structlog.contextvars import get_contextvars

from models.errors import PartnerError
from models.vocabulary import ErrorType

LONGEST_PAUSE = 3600.0
"""Seconds; a partner that wants to be left alone for longer is asked again all the same."""
COME_BACK = frozenset({401, 407, 408, 421, 425})
"""Not about what we asked: our token, a proxy, the connection. Mended by an operator or by time, then the same call succeeds."""

ShapeT = TypeVar("ShapeT")


class Complaint(BaseModel):
    """The body of a partner's error. `code` is the contract's; `detail` is what a person is told."""

    code: str
    detail: str


NO_COMPLAINT = Complaint(code="", detail="")


class PartnerHttp:
    """A partner's HTTP API: one pool of connections, one time limit for each call as a whole."""

    def __init__(self, partner: str, base_url: str, token: str, timeout: float) -> None:
        self._partner = partner
        self._timeout = timeout
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json", "User-Agent": "redress"},
            timeout=httpx.Timeout(timeout, pool=timeout),
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def read(self, path: str, shape: type[ShapeT], **query: str) -> ShapeT | None:
        """What is there, or None when the partner says that there is no such thing."""
        try:
            answer = await self._call("GET", path, params=query)
        except PartnerError as error:
            if error.type is ErrorType.NOT_FOUND:
                return None
            raise
        return self.parse(answer, shape)

    async def write(self, path: str, body: BaseModel, key: str, *, also: frozenset[int] = frozenset()) -> httpx.Response:
        """Send under an idempotency key. Statuses in `also` are answers of the contract, not errors."""
        return await self._call("POST", path, json=body.model_dump(mode="json"), headers={"Idempotency-Key": key}, also=also)

    def parse(self, answer: httpx.Response, shape: type[ShapeT]) -> ShapeT:
        """The answer's body in its shape; anything else is nonsense."""
        try:
            return TypeAdapter(shape).validate_json(answer.content)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(step) for step in found["loc"])
            raise self.nonsense(f"{answer.request.url.path}: {place or 'body'}: {found['msg']}") from error

    def nonsense(self, what: str) -> PartnerError:
        """A 2xx whose body breaks the contract: asked again, since it may be a fault of the moment."""
        return PartnerError(ErrorType.PARTNER_NONSENSE, f"{self._partner} answers against its contract: {what}")

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        json: object = None,
        headers: dict[str, str] | None = None,
        also: frozenset[int] = frozenset(),
    ) -> httpx.Response:
        request_id = get_contextvars().get("request_id")
        sent = {**(headers or {}), **({"X-Request-Id": str(request_id)} if request_id else {})}
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._client.request(method, path, params=params, json=json, headers=sent)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise self._unavailable(f"does not answer within {self._timeout:g} s") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise self._unavailable(f"cannot be reached ({type(error).__name__})") from error
        if answer.is_success or answer.status_code in also:
            return answer
        raise self._failure(answer)

    def _unavailable(self, what: str, retry_after: float | None = None) -> PartnerError:
        return PartnerError(ErrorType.PARTNER_UNAVAILABLE, f"{self._partner} {what}", retry_after=retry_after)

    def _failure(self, answer: httpx.Response) -> PartnerError:
        status = answer.status_code
        complaint = _complaint(answer)
        said = complaint.detail or answer.reason_phrase
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS or status in COME_BACK:
            hint = "; is REDRESS_PARTNER_TOKEN right?" if status == HTTPStatus.UNAUTHORIZED else ""
            return self._unavailable(f"answers {status}: {said}{hint}", _retry_after(answer))
        if status == HTTPStatus.NOT_FOUND:
            if complaint.code == "not_found":
                return PartnerError(ErrorType.NOT_FOUND, said)
            return self.nonsense(f"{answer.request.url.path}: a 404 without the code not_found; is its address right?")
        if answer.is_client_error:
            return PartnerError(ErrorType.PARTNER_REFUSED, said)
        return self.nonsense(f"{answer.request.url.path}: status {status}")


def _complaint(answer: httpx.Response) -> Complaint:
    try:
        return Complaint.model_validate_json(answer.content)
    except ValidationError:
        return NO_COMPLAINT


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds until the partner wants to be asked again; both forms of the header (RFC 9110, 10.2.3)."""
    given = answer.headers.get("Retry-After")
    if given is None:
        return None
    if given.strip().isdecimal():
        seconds = float(given)
    else:
        try:
            at = parsedate_to_datetime(given)
        except ValueError:
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_PAUSE)
