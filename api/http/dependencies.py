"""What endpoints ask for, as `Annotated` aliases: the parts of the program, the caller, the language, the case in the path."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

import structlog
from fastapi import Depends, Header, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from adapters.connect import Partners
from adapters.database.engine import Database
from adapters.database.kept_sums import KeptSums
from adapters.database.reads import Reads
from adapters.partners.protocols import EvidenceStore
from adapters.secrets import Keyring
from api.http.auth import Caller, Tokens
from api.http.backlog import Backlog
from api.http.budgets import UNAUTHENTICATED, Budgets, address_of
from api.http.language import language_of
from api.http.membership import admitted
from api.http.metrics import Metrics
from api.http.problems import ProblemError, problem
from api.http.sessions import Sessions
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
    sessions: Sessions
    evidence: EvidenceStore
    links: EvidenceLinks
    keyring: Keyring
    metrics: Metrics
    budgets: Budgets
    reads: Reads
    backlog: Backlog
    partners: Partners
    """Asked directly only where somebody waits for the answer; cases ask by their activities."""
    sums: KeptSums = field(default_factory=KeptSums)
    """Of reports."""


def _parts(request: Request) -> Parts:
    return request.app.state.parts


PartsOf = Annotated[Parts, Depends(_parts)]

_bearer = HTTPBearer(
    auto_error=False, description="A token from `redress token --role customer --subject C-1`, or of your OIDC provider."
)


Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@asynccontextmanager
async def serving(
    request: Request, parts: Parts, credentials: HTTPAuthorizationCredentials | None, pages: Collection[str] = ()
) -> AsyncGenerator[Caller]:
    """Who calls, by a token or signed in by a cookie, while they are served.

    `pages`: origins whose pages the cookie counts for beside our own. Such a page may ask many times for somebody who is not signed in;
    that is counted apart, so that they can sign in.

    Raises ProblemError for a token or cookie that does not count, and for more than they may ask.
    """
    origin = request.headers.get("origin")
    try:
        token = credentials.credentials if credentials else None
        signed_in = await parts.sessions.caller(request, pages) if token is None else None
        caller = await admitted(parts.database, signed_in or await parts.tokens.caller(token))
    except ProblemError:
        whose = f"{address_of(request)} {origin}" if origin in pages else address_of(request)
        parts.budgets.take(request, UNAUTHENTICATED, whose)
        raise
    parts.budgets.take(request, caller.role, caller.actor.id)
    request.state.locale = caller.locale
    structlog.contextvars.bind_contextvars(role=caller.role.value)
    with parts.budgets.serving(request, f"{caller.role}:{caller.actor.id}"):
        yield caller


async def caller_of(request: Request, parts: PartsOf, credentials: Bearer) -> AsyncGenerator[Caller]:
    """Whoever `serving` finds."""
    async with serving(request, parts, credentials) as caller:
        yield caller


CallerOf = Annotated[Caller, Depends(caller_of)]


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


async def _place_of_stream(parts: PartsOf, caller: CallerOf) -> AsyncGenerator[None]:
    with parts.budgets.stream(f"{caller.role}:{caller.actor.id}"):
        yield


StreamPlace = Depends(_place_of_stream)
"""Of an endpoint that streams events: it counts among its caller's."""


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
