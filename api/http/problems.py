"""Every error leaves as an RFC 9457 problem: what was wrong, which field and rule, what is allowed instead, in the caller's language.

The one place where our errors meet HTTP (docs/architecture.md): `ErrorType` → status and title.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from random import randint
from typing import Any, NamedTuple

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, InterfaceError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionLeftError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from adapters.database.trouble import trouble_of
from api.http.language import language_of, said_by_pydantic
from models.common.base import Bilingual
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType, Locale

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
"""How many faults of one request are told: whoever made more mends these first."""
LONGEST_NAME = 100
"""Characters that are told of a field's name, which may be one that the caller made up."""
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
TYPES = "https://redress.example/problems/"


class Meaning(NamedTuple):
    status: int
    en: str
    zh: str


MEANINGS: Mapping[ErrorType, Meaning] = {
    ErrorType.NOT_FOUND: Meaning(404, "Not found", "未找到"),
    ErrorType.INVALID: Meaning(422, "Invalid request", "请求内容不符合要求"),
    ErrorType.NOT_ALLOWED_NOW: Meaning(409, "Not possible now", "当前不能执行该操作"),
    ErrorType.NOT_ALLOWED_FOR_ROLE: Meaning(403, "Not for your role", "您的角色无权执行该操作"),
    ErrorType.UNAUTHENTICATED: Meaning(401, "Authentication required", "请先验证身份"),
    ErrorType.KEY_REUSED: Meaning(422, "The Idempotency-Key was used for something else", "幂等键已用于其他请求"),
    ErrorType.CLOSED: Meaning(409, "The case is closed", "工单已关闭"),
    ErrorType.MERGED: Meaning(409, "The case goes on in another one", "工单已并入其他工单"),
    ErrorType.TOO_MUCH: Meaning(409, "More money than is left", "金额超出可退余额"),
    ErrorType.BUSY: Meaning(429, "Too busy", "系统繁忙"),
    ErrorType.NOT_YET: Meaning(504, "Not answered yet", "尚未得到答复"),
    ErrorType.UNAVAILABLE: Meaning(503, "Unavailable", "服务暂不可用"),
    ErrorType.BAD_SIGNATURE: Meaning(401, "Bad signature", "签名无效"),
    ErrorType.PARTNER_UNAVAILABLE: Meaning(502, "A partner does not answer", "合作方系统无响应"),
    ErrorType.PARTNER_REFUSED: Meaning(502, "A partner refused", "合作方系统拒绝了请求"),
    ErrorType.PARTNER_INVALID_RESPONSE: Meaning(502, "Invalid partner response", "合作方系统返回无效响应"),
    ErrorType.INTERNAL: Meaning(500, "Internal error", "系统内部错误"),
}


class FieldProblem(BaseModel):
    field: str
    rule: str
    detail: str


class Problem(BaseModel):
    """RFC 9457. `type` names the kind of error; `field`, `rule` and `allowed` say where, why and what instead."""

    type: str = Field(examples=[TYPES + ErrorType.NOT_ALLOWED_NOW])
    title: str
    status: int
    detail: str
    field: str | None = None
    rule: str | None = None
    allowed: list[str] | None = None
    merged_into: str | None = None
    errors: list[FieldProblem] | None = None
    request_id: str | None = None


class ProblemError(Exception):
    """A fault on its way out, with both languages where we wrote it and an own status where the type alone is too coarse."""

    def __init__(self, fault: Fault, said: Bilingual, *, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(fault.detail)
        self.fault = fault
        self.said = said
        self.status = status or MEANINGS[fault.type].status
        self.retry_after = retry_after


def problem(
    type_: ErrorType,
    en: str,
    zh: str,
    *,
    field: str | None = None,
    rule: str | None = None,
    allowed: Sequence[str] = (),
    status: int | None = None,
    retry_after: int | None = None,
) -> ProblemError:
    """Build a problem of ours, to be raised."""
    fault = Fault(type=type_, detail=en, field=field, rule=rule, allowed=tuple(allowed))
    return ProblemError(fault, Bilingual(zh=zh, en=en), status=status, retry_after=retry_after)


def from_fault(fault: Fault, *, status: int | None = None) -> ProblemError:
    """A fault from the rules, a workflow or an adapter."""
    return ProblemError(fault, Bilingual(zh=fault.detail_zh or fault.detail, en=fault.detail), status=status)


def no_such_team(team: str, teams: Iterable[str], rule: str) -> ProblemError:
    """`teams`: those that there are."""
    known = sorted(teams)
    return problem(
        ErrorType.INVALID,
        f"team: there is no team {team}; name one of {', '.join(known)}.",
        f"team：没有团队 {team}，须为以下之一：{'、'.join(known)}。",
        field="team",
        rule=rule,
    )


def not_found() -> ProblemError:
    """The one answer for what does not exist and what is somebody else's."""
    return problem(
        ErrorType.NOT_FOUND, "There is nothing here for you to see. Check the id.", "未找到，或您无权查看。请核对编号。"
    )


def expired_link() -> ProblemError:
    """Of a document for whoever has the link."""
    return problem(
        ErrorType.NOT_FOUND,
        "The link has expired or is not one of ours; ask for a new one.",
        "链接已过期或无效，请重新获取。",
        field="token",
    )


def told_of(error: ProblemError, locale: Locale) -> dict[str, Any]:
    """What every answer tells of a problem, by the fields of `Problem`."""
    fault, meaning = error.fault, MEANINGS[error.fault.type]
    return {
        "type": TYPES + fault.type,
        "title": meaning.zh if locale is Locale.ZH else meaning.en,
        "status": error.status,
        "detail": error.said.in_(locale),
        "field": fault.field,
        "rule": fault.rule,
        "merged_into": fault.merged_into,
    }


def respond(request: Request, error: ProblemError, errors: list[FieldProblem] | None = None) -> JSONResponse:
    """The HTTP answer."""
    locale, fault = language_of(request), error.fault
    body = Problem(
        **told_of(error, locale),
        allowed=list(fault.allowed) if fault.allowed or fault.type in {ErrorType.NOT_ALLOWED_NOW, ErrorType.CLOSED} else None,
        errors=errors,
        request_id=getattr(request.state, "request_id", None),
    )
    headers = {"Content-Language": locale.value}
    if fault.type is ErrorType.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return JSONResponse(body.model_dump(exclude_none=True), error.status, headers, media_type=MEDIA_TYPE)


def too_large() -> ProblemError:
    return problem(ErrorType.INVALID, "The body is too large.", "请求体过大。", field="body", rule="size", status=413)


def too_many() -> ProblemError:
    return problem(
        ErrorType.BUSY,
        "More is asked for at once than can be served. Come back shortly; a retry with the same Idempotency-Key is safe.",
        "同时请求过多，请稍后重试；使用相同的 Idempotency-Key 重试是安全的。",
        status=503,
        retry_after=randint(1, 4),  # noqa: S311 # so that they do not all come back at once
    )


def internal() -> ProblemError:
    return problem(
        ErrorType.INTERNAL,
        "Something went wrong on our side; nothing was half-done. Try again, and tell us the request_id if it stays.",
        "系统出错，未留下未完成的操作。请重试；如仍失败，请提供 request_id。",
    )


def unavailable_database() -> ProblemError:
    return problem(
        ErrorType.UNAVAILABLE,
        "The database cannot be reached at the moment. Try again shortly; a retry with the same Idempotency-Key is safe.",
        "数据库暂时无法访问，请稍后重试；使用相同的 Idempotency-Key 重试是安全的。",
        retry_after=2,
    )


def install(app: FastAPI) -> None:
    """Register the handlers. What no handler knows is caught in `api/http/metrics.py`."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ProblemError)  # noqa: S101 # registered for it
        return respond(request, error)

    async def redress(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RedressError)  # noqa: S101 # registered for it
        return respond(request, from_fault(error.fault))

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 # registered for it
        return respond_invalid(request, error.errors())

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 # registered for it
        answer = respond(request, from_http(error))
        if error.status_code == 405:  # noqa: PLR2004 # Method Not Allowed
            answer.headers["Allow"] = ", ".join(_methods(request))
        return answer

    async def database(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, (DataError, IntegrityError, ProgrammingError)):
            raise error  # ours, not the database's
        parts = getattr(request.app.state, "parts", None)
        why = trouble_of(error, parts.settings) if parts else type(error).__name__
        structlog.get_logger("api").warning("database unavailable", error=type(error).__name__, why=why)
        return respond(request, unavailable_database())

    app.add_exception_handler(ProblemError, ours)
    app.add_exception_handler(RedressError, redress)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    for error in (DatabaseError, InterfaceError, NoConnectionLeftError):
        app.add_exception_handler(error, database)


def respond_invalid(request: Request, found: Sequence[Mapping[str, Any]]) -> JSONResponse:
    """422 with the first fields that do not fit."""
    return respond(request, *invalid_fields(found, language_of(request)))


def invalid_fields(found: Sequence[Mapping[str, Any]], locale: Locale) -> tuple[ProblemError, list[FieldProblem]]:
    """The fields that do not fit, as a problem. What was sent is not repeated: it may be personal."""
    told = {
        (_field(error["loc"]), _rule(error)): said_by_pydantic(error, locale) for error in _causes(found)
    }  # each once, however many dependencies asked for it
    errors = [FieldProblem(field=field, rule=rule, detail=detail) for (field, rule), detail in islice(told.items(), MOST_ERRORS)]
    first, more = errors[0], len(told) - 1
    summary = problem(
        ErrorType.INVALID,
        f"{first.field}: {first.detail}" + (f" (and {more} more, see errors)" if more else ""),
        f"{first.field}：{first.detail}" + (f"（另有 {more} 处，见 errors）" if more else ""),
        field=first.field,
        rule=first.rule,
    )
    return summary, errors


def _causes(found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without the lists that are too short only because an item of theirs does not fit."""
    locations = [tuple(error["loc"]) for error in found]

    def only_follows(error: Mapping[str, Any]) -> bool:
        here = tuple(error["loc"])
        return error["type"] == "too_short" and any(len(loc) > len(here) and loc[: len(here)] == here for loc in locations)

    return [error for error in found if not only_follows(error)]


def _rule(error: Mapping[str, Any]) -> str:
    """The feature's id where the fault is one of ours; else pydantic's name of it."""
    return str(error["ctx"]["rule"] if error["type"] == "unfit" else error["type"])


def _field(location: Sequence[str | int]) -> str:
    """`("body", "lines", 0, "line_id")` → `lines.0.line_id`."""
    inner = location[1:] if location and location[0] in {"body", "query", "path", "header"} else location
    return ".".join(str(part)[:LONGEST_NAME] for part in inner) or str(location[0] if location else "body")


def _methods(request: Request) -> list[str]:
    """What the address takes, over all of its routes; the router itself names those of the first only."""
    routes: list[BaseRoute] = request.app.routes

    def takes(method: str) -> bool:
        return any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)

    return [method for method in METHODS if takes(method)]


_BY_STATUS: Mapping[int, Callable[[], ProblemError]] = {
    400: lambda: problem(
        ErrorType.INVALID, "The body cannot be read.", "无法读取请求体。", field="body", rule="syntax", status=422
    ),
    404: lambda: problem(ErrorType.NOT_FOUND, "There is no such address. See /docs.", "没有这个地址，请见 /docs。"),
    405: lambda: problem(
        ErrorType.INVALID, "This address does not take that method. See /docs.", "该地址不支持此方法，请见 /docs。", status=405
    ),
    408: lambda: problem(
        ErrorType.INVALID,
        "The body did not come in time. Send it again; a retry with the same Idempotency-Key is safe.",
        "请求体未及时到达，请重新发送；使用相同的 Idempotency-Key 重试是安全的。",
        field="body",
        rule="time",
        status=408,
    ),
    413: too_large,
    503: too_many,
}
"""What the framework, and what reads bodies, may raise."""


def from_http(error: HTTPException) -> ProblemError:
    """An error of the framework."""
    known = _BY_STATUS.get(error.status_code)
    if known is not None:
        return known()
    return problem(ErrorType.INVALID, str(error.detail), str(error.detail), status=error.status_code)
