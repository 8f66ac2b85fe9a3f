"""One POST for each action under `/v1/cases/{id}/…`: the role, the case, the evidence; then the case itself decides."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends
from sqlmodel import col, select

from adapters.database.drafts import discard
from api.cases.hearing import heard_in
from api.cases.linking import check_link
from api.cases.merging import check_merge
from api.cases.variants import check_items
from api.http.auth import Caller
from api.http.bank_accounts import check_account
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, CaseId, Language, Parts, PartsOf, RequestKey
from api.http.examples import ACTIONS
from api.http.idempotency import request_id
from api.http.lookup import find
from api.http.problems import ProblemError, from_fault, no_such_team, problem
from api.http.routes import SeenRoute, add_action
from api.http.schemas import SHAPES, AddWordsIn, AnswerIn, AppealIn
from api.http.uploads import references
from models.case.action_bodies import Arbitrate, Propose, Reply, RetryRefund, Transfer
from models.case.actions import BODIES, Act, Action
from models.case.desk_bodies import Assign, Link, Merge, Note
from models.case.desk_views import DraftKind
from models.case.state import CaseState
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.base import Body, stored
from models.common.partners import Order
from models.common.vocabulary import ErrorType, Locale, Role, Stage
from models.remedies.offers import RemedyOffer
from models.tables.case import AgentRow, CaseRow
from rules.case.access import PARTIES, may_see, parties_of
from rules.case.grading import names_in, words_in
from rules.case.merging import where_it_went
from rules.case.permissions import ROLES
from rules.desk.replies import left_open

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["actions"], dependencies=[Depends(check_body)], route_class=SeenRoute)


async def perform(
    parts: Parts, caller: Caller, case_id: str, action: Action, *, body: Body, key: str | None, language: Locale
) -> CaseView:
    """Do it; the answer is the case after it, from the case itself."""
    if caller.role not in ROLES[action]:
        raise _not_for(caller, action)
    if isinstance(body, Transfer) and body.team is not None and body.team not in parts.policy.teams:
        raise no_such_team(body.team, parts.policy.teams, "DSP-4")
    if isinstance(body, Reply) and (open_ := left_open(body.words)):
        raise _unfilled(open_)
    row = await find(parts, caller, case_id)
    await _check_named(parts, row, body)
    if isinstance(body, Merge) and row is not None:
        await check_merge(parts, caller, row, body)
    if isinstance(body, Link):
        await check_link(parts, caller, case_id, body)
    resolved = await _resolved(parts, caller, action, body)
    await _check_offers(parts, row, body)
    act = Act[Any](
        actor=caller.actor,
        request_id=request_id(caller, action, key),
        locale=language,
        body=resolved,
        heard=await heard_in(words_in(resolved), names_in(resolved), parts.policy.grading) if caller.role in PARTIES else None,
    )
    try:
        begun = datetime.now(UTC)
        done = await parts.engine.act(case_id, action.value, act)
        await _sent(parts, caller, case_id, action, begun)
    except ProblemError as error:
        said = _over(row) if row is not None and error.fault.type is ErrorType.NOT_FOUND else error
        into = said.fault.merged_into
        if into is not None and action is Action.ADD_WORDS:  # words reach whoever decides by now (WRK-7)
            return await perform(parts, caller, into, action, body=body, key=key, language=language)
        raise said from error
    return done


async def _check_named(parts: Parts, row: CaseRow | None, body: Body) -> None:
    """Colleagues who are named see the case, and an account is its customer's."""
    if row is None:
        return
    if isinstance(body, Note):
        named = {f"mentions.{number}": name for number, name in enumerate(body.mentions)}
        await _refuse_outsiders(parts, stored(CaseState, row.state), named, "WRK-1")
    if isinstance(body, Assign) and row.stage != Stage.CLOSED:
        await _refuse_outsiders(parts, stored(CaseState, row.state), {"to": body.to}, "DSP-2", only=Role.AGENT)
    if isinstance(body, RetryRefund) and body.account_id is not None:
        async with parts.database.reading() as session:
            await check_account(session, body.account_id, row.customer_id)


async def _sent(parts: Parts, caller: Caller, case_id: str, action: Action, begun: datetime) -> None:
    """What was a draft until now is said; what was written since is another one."""
    kind = next((kind for kind in DraftKind if kind.sent_by is action), None)
    if kind is not None and caller.role in Role.platform():
        async with parts.database.writing() as session:
            await discard(session, case_id, caller.actor.id, kind, until=begun)


async def _check_offers(parts: Parts, row: CaseRow | None, body: Body) -> None:
    """What is offered in exchange is a variant of its line."""
    offers: dict[str, tuple[RemedyOffer, ...]] = {}
    if isinstance(body, Propose):
        offers = {f"options.{number}.remedies": option.remedies for number, option in enumerate(body.options)}
    elif isinstance(body, Arbitrate):
        offers = {"remedies": body.remedies}
    order = row and row.state.get("order")
    for field, remedies in offers.items() if order else ():
        for number, remedy in enumerate(remedies):
            items = (*remedy.items, *(remedy.change.items if remedy.change else ()))
            place = "items" if remedy.items else "change.items"
            await check_items(parts, stored(Order, order), items, f"{field}.{number}.{place}")


def _not_for(caller: Caller, action: Action) -> ProblemError:
    roles = ", ".join(sorted(ROLES[action]))
    return problem(
        ErrorType.NOT_ALLOWED_FOR_ROLE,
        f"{action} is for: {roles}; not for the role {caller.role}.",
        f"{action} 仅限以下角色：{roles}；{caller.role} 无权执行。",
        rule="stage × role → actions",
        allowed=[allowed for allowed, who in ROLES.items() if caller.role in who],
    )


def _unfilled(names: list[str]) -> ProblemError:
    """A saved reply that the case had no value for."""
    left = ", ".join(f"{{{{ {name} }}}}" for name in names)
    return problem(
        ErrorType.INVALID,
        f"words: {left} has no value on this case; write it yourself, or leave it out.",
        f"words：{left} 在本工单中没有值，请自行填写或删去。",
        field="words",
        rule="WRK-2",
    )


async def _refuse_outsiders(
    parts: Parts, case: CaseState, named: Mapping[str, str], rule: str, *, only: Role | None = None
) -> None:
    """Who is named, by field, is a colleague who sees the case; `only`: of that role."""
    async with parts.database.reading() as session:
        colleagues = col(AgentRow.agent_id).in_(named.values()) & col(AgentRow.role).in_(Role.platform())
        rows = (await session.exec(select(AgentRow).where(colleagues))).all()
    people = {row.agent_id: Actor(role=Role(row.role), id=row.agent_id, teams=tuple(row.teams)) for row in rows}
    for field, name in named.items():
        known = people.get(name)
        if known is None or only not in {None, known.role}:
            fault, zh = "is none of our people" if only is None else f"is no {only}", "不是可选的客服人员"
        elif not may_see(known, parties_of(case)):
            fault, zh = "does not see this case", "不能查看本工单"
        else:
            continue
        raise problem(
            ErrorType.INVALID,
            f"{field}: {name} {fault}; name somebody of the case's team" + (", or a supervisor." if only is None else "."),
            f"{field}：{name} {zh}；请选择工单所在团队的人员" + ("或主管。" if only is None else "。"),
            field=field,
            rule=rule,
        )


def _over(row: CaseRow) -> ProblemError:
    """The case is in our table but runs no more."""
    if row.merged_into is not None:
        return from_fault(where_it_went(row.merged_into))
    if row.stage == Stage.CLOSED:
        return problem(
            ErrorType.CLOSED,
            "The case is closed for good; nothing can be done to it any more. Open a new one.",
            "工单已最终关闭，无法再操作。请开立新工单。",
            rule="FUP-4",
        )
    return problem(
        ErrorType.UNAVAILABLE,
        "The case cannot be reached in the case engine. Try again; if it stays, tell the operator.",
        "工单引擎中暂时找不到该工单，请重试；如持续出现，请联系管理员。",
        retry_after=5,
    )


async def _resolved(parts: Parts, caller: Caller, action: Action, body: Body) -> Body:
    """The body as the case takes it: hashes of evidence become what was uploaded under them."""
    if not isinstance(body, AddWordsIn | AnswerIn | AppealIn):
        return body
    async with parts.database.reading() as session:
        evidence = await references(session, caller.actor, body.evidence)
    return BODIES[action].model_validate({**body.model_dump(exclude={"evidence"}), "evidence": evidence})


def _add(action: Action) -> None:
    shape, shown = SHAPES[action], ACTIONS[action]

    async def endpoint(
        parts: PartsOf, caller: CallerOf, language: Language, case_id: CaseId, *, body: Body, key: RequestKey = None
    ) -> CaseView:
        return await perform(parts, caller, case_id, action, body=body, key=key, language=language)

    roles = ", ".join(sorted(ROLES[action]))
    add_action(
        router,
        f"/{action.value}",
        endpoint,
        shape,
        name=action.value,
        summary=shown.summary,
        example=(shown.summary, shown.example),
        description=f"{shape.__doc__ or ''}\n\n{shown.description} For: {roles}.",
    )


for _action in Action:
    _add(_action)
