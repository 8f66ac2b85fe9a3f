"""One action on many cases (WRK-2): each answers on its own, few at a time, so that nobody else waits for them."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import AfterValidator, Field, create_model
from sqlalchemy.exc import DatabaseError, InterfaceError
from sqlalchemy.exc import TimeoutError as NoConnectionLeftError

from api.cases.actions import perform
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, Language, Parts, PartsOf, RequestKey, only_for
from api.http.examples import ACTIONS
from api.http.problems import ProblemError, problem, told_of, unavailable_database
from api.http.responses import ALWAYS, problems
from api.http.routes import SeenRoute, add_action
from models.case.actions import BODIES, Action
from models.common.base import Body, Frozen, Identifier, unfit
from models.common.readers import Platform
from models.common.vocabulary import ErrorType, Locale
from rules.case.permissions import ROLES

router = APIRouter(prefix="/v1/bulk", tags=["desk"], dependencies=[Depends(check_body)], route_class=SeenRoute)

IN_BULK = (Action.ASSIGN, Action.TRANSFER, Action.NOTE, Action.TAG, Action.SNOOZE, Action.CLOSE, Action.MERGE)
MOST = 100
"""Cases of one request."""
AT_ONCE = 5
WITHIN = 20.0
"""Seconds for the whole request; a case that was not begun by then is left to a retry."""


def _each_once(cases: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(cases)) < len(cases):
        raise unfit(rule="WRK-2", zh="每个工单只能出现一次", en="name each case once")
    return cases


Cases = Annotated[
    tuple[Identifier, ...],
    AfterValidator(_each_once),
    Field(min_length=1, max_length=MOST, examples=[["RD-0123456789AB", "RD-0123456789CD"]]),
]


class BulkBody(Frozen):
    """The cases, and what the action says of each."""

    cases: Cases


class BulkProblem(Frozen):
    """As the action alone would be answered (RFC 9457)."""

    type: Platform[str]
    title: Platform[str]
    status: Platform[int]
    detail: Platform[str]
    field: Platform[str | None]
    rule: Platform[str | None]
    merged_into: Platform[str | None]
    allowed: Platform[tuple[str, ...]]


class BulkResult(Frozen):
    """Done, or the problem."""

    case_id: Platform[str]
    done: Platform[bool]
    problem: Platform[BulkProblem | None] = None


class BulkAnswer(Frozen):
    """In the order in which the cases were named."""

    results: Platform[tuple[BulkResult, ...]]


async def act_in_bulk(
    request: Request,
    parts: Parts,
    caller: Caller,
    action: Action,
    cases: tuple[str, ...],
    *,
    body: Body,
    key: str | None,
    language: Locale,
) -> BulkAnswer:
    """The action on each of the cases. Raises ProblemError for a role that may not, and for more than the caller may ask."""
    only_for(caller, ROLES[action])
    who = caller.actor.id
    with parts.budgets.bulk(f"{caller.role}:{who}"):
        if len(cases) > 1:
            parts.budgets.take(request, caller.role, who, cost=len(cases) - 1)
        return await _act_on_all(parts, caller, action, cases, body=body, key=key, language=language)


async def _act_on_all(
    parts: Parts, caller: Caller, action: Action, cases: tuple[str, ...], *, body: Body, key: str | None, language: Locale
) -> BulkAnswer:
    places, clock = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()
    until = clock.time() + WITHIN

    async def act(case_id: str) -> BulkResult:
        async with places:
            try:
                if clock.time() >= until:
                    raise _not_begun()
                await perform(parts, caller, case_id, action, body=body, key=key, language=language)
            except ProblemError as error:
                return BulkResult(case_id=case_id, done=False, problem=_told(error, language))
            except (DatabaseError, InterfaceError, NoConnectionLeftError):
                return BulkResult(case_id=case_id, done=False, problem=_told(unavailable_database(), language))
        return BulkResult(case_id=case_id, done=True)

    return BulkAnswer(results=tuple(await asyncio.gather(*map(act, cases))))


def _told(error: ProblemError, language: Locale) -> BulkProblem:
    return BulkProblem(**told_of(error, language), allowed=error.fault.allowed)


def _not_begun() -> ProblemError:
    return problem(
        ErrorType.NOT_YET,
        "The request took too long, so this case was not begun. Send it again with the same Idempotency-Key: what is done is not done twice.",
        "请求耗时过长，本工单尚未处理。请使用相同的 Idempotency-Key 重试，已完成的不会重复执行。",
    )


def _add(action: Action) -> None:
    shown = ACTIONS[action]
    shape: Any = create_model(f"Bulk{BODIES[action].__name__}", __base__=BulkBody, body=(BODIES[action], ...))
    value = {"cases": ["RD-0123456789AB", "RD-0123456789CD"], "body": shown.example}

    async def endpoint(
        request: Request, parts: PartsOf, caller: CallerOf, language: Language, *, body: BulkBody, key: RequestKey = None
    ) -> BulkAnswer:
        told: Body = getattr(body, "body")  # noqa: B009  # the models made above have it
        return await act_in_bulk(request, parts, caller, action, body.cases, body=told, key=key, language=language)

    add_action(
        router,
        f"/{action.value}",
        endpoint,
        shape,
        name=f"bulk_{action.value}",
        summary=f"{shown.summary} · 批量",
        example=(shown.summary, value),
        description=(
            f"The action `{action}` on up to {MOST} cases. Each is answered on its own: done, or with the problem that the action alone "
            "would have had there; 200 says only that all were tried. The same Idempotency-Key again does nothing twice."
        ),
        responses=problems(*ALWAYS, 403),
    )


for _action in IN_BULK:
    _add(_action)
