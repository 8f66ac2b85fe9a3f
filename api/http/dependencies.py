"""What endpoints ask for, as `Annotated` aliases: the parts of the program, the caller, the language, the case in the path."""

import json
import re
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Depends, Header, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import JsonValue

from adapters.connect import Partners
from adapters.database.engine import Database
from adapters.partners.protocols import EvidenceStore
from api.http.auth import Caller, Tokens
from api.http.language import language_of
from api.http.metrics import Metrics
from api.http.problems import problem
from api.http.signed_links import EvidenceLinks
from api.http.temporal import CaseEngine
from models.common.vocabulary import ErrorType, Locale, Role
from models.policy.policy import Policy
from settings import Settings


@dataclass(frozen=True)
class Parts:
    """What the API is made of; built once by `api/app.py`."""

    settings: Settings
    database: Database
    engine: CaseEngine
    policy: Policy
    tokens: Tokens
    evidence: EvidenceStore
    links: EvidenceLinks
    webhook_secret: str
    metrics: Metrics
    partners: Partners
    """Asked directly only where somebody waits for the answer; cases ask by their activities."""


def _parts(request: Request) -> Parts:
    return request.app.state.parts


PartsOf = Annotated[Parts, Depends(_parts)]

_bearer = HTTPBearer(
    auto_error=False, description="A token from `redress token --role customer --subject C-1`, or of your OIDC provider."
)


async def _caller(
    request: Request, parts: PartsOf, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    caller = await parts.tokens.caller(credentials.credentials if credentials else None)
    request.state.locale = caller.locale
    structlog.contextvars.bind_contextvars(role=caller.role.value)
    return caller


CallerOf = Annotated[Caller, Depends(_caller)]


def _language(request: Request, _: CallerOf) -> Locale:
    return language_of(request)


Language = Annotated[Locale, Depends(_language)]


def _case_id(case_id: Annotated[str, Path(description="The case's id.", examples=["RD-0123456789AB"])]) -> str:
    structlog.contextvars.bind_contextvars(case_id=case_id[:100])
    return case_id


CaseId = Annotated[str, Depends(_case_id)]

RequestKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Any string that is yours alone. Repeating a request with the same key gives the same answer and does nothing twice.",
    ),
]


NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of a character (lone surrogates)."""


async def no_control_characters(request: Request) -> None:
    """422 for a body with such characters in its texts: no person means one, and no database takes NUL or half a character."""
    body = await request.body()
    field = _not_text(body) if b"\\" in body or b"\x7f" in body else None
    if field is not None:
        raise problem(
            ErrorType.INVALID,
            f"{field} has a control character, or half of a character, in it; take it out.",
            f"{field} 含有控制字符或不完整的字符，请去除。",
            field=field,
            rule="characters",
        )


def _not_text(body: bytes) -> str | None:
    """The first field whose text is none. What is no JSON at all is refused where the body is read."""
    try:
        left: list[tuple[str, JsonValue]] = [("", json.loads(body))]
    except (ValueError, RecursionError):
        return None
    while left:
        path, value = left.pop()
        inner: list[tuple[str, JsonValue]] = []
        match value:
            case str() if NO_TEXT.search(value):
                return path or "body"
            case dict() if any(NO_TEXT.search(key) for key in value):
                return path or "body"
            case dict():
                inner = list(value.items())
            case list():
                inner = [(str(index), item) for index, item in enumerate(value)]
            case _:
                pass
        left += [(f"{path}.{key}" if path else key, item) for key, item in reversed(inner)]
    return None


def only_for(caller: Caller, roles: frozenset[Role]) -> None:
    """403 for a role that can never do this."""
    if caller.role not in roles:
        names = ", ".join(sorted(roles))
        raise problem(
            ErrorType.NOT_ALLOWED_FOR_ROLE,
            f"This is for: {names}; not for the role {caller.role}.",
            f"仅限以下角色：{names}；{caller.role} 无权执行。",
            rule="role",
        )
