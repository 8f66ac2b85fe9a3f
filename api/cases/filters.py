"""What cases are looked for by: the filters of the list, and who may look by which."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, TextClause, case, true
from sqlmodel import col, func, select

from adapters.database.root_causes import is_any_of
from adapters.database.text_lists import has_all, has_any
from adapters.knowledge.search_terms import terms_to_have
from api.http.auth import Caller
from api.http.cursor import Moment
from api.http.problems import ProblemError, problem
from api.http.schemas import CaseItem
from api.reports.filters import FiguresOfCases, not_shown
from models.case.desk_bodies import TagName
from models.case.views import CaseView
from models.common.base import Identifier
from models.common.events import Event
from models.common.vocabulary import Channel, ErrorType, Issue, Kind, Outcome, Priority, Role, SlaState, Stage, WaitFor, WaitingOn
from models.policy.policy import Policy
from models.tables.case import CaseRow, TimelineRow
from models.tables.desk import CaseWordsRow
from models.tables.indexes import OPEN
from models.tables.root_causes import RootCauseCorrectionRow
from rules.common.readers import sees

ANY_OF = ("stage", "kind", "channel", "issue", "priority", "waiting_on", "waiting_for", "outcome", "sla_state")
EQUAL = ("customer_id", "merchant_id", "order_id", "team", "handler", "owner", "review", "merged_into")
SINCE = {"opened_from": "opened_at", "updated_from": "updated_at"}
BEFORE = {"opened_to": "opened_at", "updated_to": "updated_at"}
IS_THERE = {"reply_owed": "reply_owed_since", "unreached": "unreached_since", "snoozed": "snoozed_by", "merged": "merged_into"}
"""By whether there is anything in a column."""
SHOWN_AS = {
    "mine": "handler",
    "unassigned": "handler",
    "tag": "tags",
    "root_cause": "root_cause",
    "root_cause_proposed": "handler",
} | IS_THERE
"""The field whose readers may look by a filter of another name."""

Several = Field(default=(), max_length=30)


class CaseFilters(FiguresOfCases):
    """A filter that may be repeated takes any of its values; all filters together have to fit."""

    stage: Annotated[tuple[Stage, ...], Several]
    kind: Annotated[tuple[Kind, ...], Several]
    channel: Annotated[tuple[Channel, ...], Several]
    issue: Annotated[tuple[Issue, ...], Several]
    priority: Annotated[tuple[Priority, ...], Several]
    waiting_on: Annotated[tuple[WaitingOn, ...], Several]
    waiting_for: Annotated[tuple[WaitFor, ...], Several]
    outcome: Annotated[tuple[Outcome, ...], Several]
    sla_state: Annotated[tuple[SlaState, ...], Several]
    tag: Annotated[tuple[TagName, ...], Several]
    customer_id: Identifier | None = None
    merchant_id: Identifier | None = None
    order_id: Identifier | None = None
    team: Identifier | None = None
    handler: Identifier | None = None
    owner: Identifier | None = None
    merged_into: Identifier | None = None
    root_cause: Annotated[tuple[Identifier, ...], Several]
    root_cause_proposed: bool = Field(
        default=False, description="Only cases with a root cause that somebody proposed, and no supervisor agreed to yet."
    )
    mine: bool = Field(default=False, description="Only cases that you handle.")
    unassigned: bool = Field(default=False, description="Only open cases that nobody handles.")
    overdue: bool = Field(default=False, description="Only open cases with a promise that was missed and is not kept yet.")
    review: Literal["due", "agreed", "disagreed"] | None = Field(
        default=None, description="Decisions without a person that were drawn for review (RES-10)."
    )
    appealed: bool = Field(default=False, description="Only cases with an appeal that nobody has decided yet (INV-5).")
    merged: bool | None = Field(default=None, description="Whether it goes on in another case (WRK-7).")
    snoozed: bool | None = Field(default=None, description="Whether somebody has put it aside.")
    reply_owed: bool | None = Field(default=None, description="Whether the customer waits for a person's answer (WRK-6).")
    unreached: bool | None = Field(default=None, description="Whether no channel reaches the customer (NTF-4).")
    text: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)] | None = Field(
        default=None,
        description="Words that the description, or one thing said on the case, has all of; for the platform's people.",
    )
    opened_from: Moment | None = None
    opened_to: Moment | None = None
    updated_from: Moment | None = None
    updated_to: Moment | None = None


def refuse_hidden(caller: Caller, filters: CaseFilters) -> None:
    """Whoever may not read a field learns nothing of it by a filter either."""
    for name in (*ANY_OF, *EQUAL, *SHOWN_AS):
        given = getattr(filters, name)
        asked = given is not None if name in IS_THERE else bool(given)  # "no" tells as much as "yes"
        if asked and not shown_to(caller, SHOWN_AS.get(name, name)):
            raise hidden(caller, name, field=name)
    if (figure := filters.hidden_from(caller.role)) is not None:
        raise not_shown(caller, figure)
    if filters.text is not None and caller.role not in Role.platform():
        raise hidden(caller, "text", field="text")


def shown_to(caller: Caller, name: str) -> bool:
    """Whether the caller reads this of a case."""
    shown = CaseItem if name in CaseItem.model_fields else CaseView
    return name not in shown.model_fields or sees(shown, name, caller.actor)


def hidden(caller: Caller, name: str, *, field: str) -> ProblemError:
    return problem(
        ErrorType.NOT_ALLOWED_FOR_ROLE,
        f"{name} is not shown to the role {caller.role}, so cases cannot be looked for or sorted by it.",
        f"{name} 不向 {caller.role} 显示，不能据此查询或排序。",
        field=field,
        rule="TRU-5",
    )


def conditions(filters: CaseFilters, caller: Caller, dialect: str, policy: Policy) -> Iterator[ColumnElement[bool] | TextClause]:
    """The filters in SQL. 422 for a text without a word to look for."""
    counted = filters.cases(policy.reports, policy.zone, filters.opened_from, filters.opened_to)
    if counted is not None:
        yield col(CaseRow.case_id).in_(counted)
    for name in ANY_OF:
        values: tuple[StrEnum, ...] = getattr(filters, name)
        if values:
            yield col(getattr(CaseRow, name)).in_([value.value for value in values])
    yield from (col(getattr(CaseRow, name)) == value for name in EQUAL if (value := getattr(filters, name)) is not None)
    yield from (_column(name) >= value for field, name in SINCE.items() if (value := getattr(filters, field)) is not None)
    yield from (_column(name) < value for field, name in BEFORE.items() if (value := getattr(filters, field)) is not None)
    if filters.mine:
        yield col(CaseRow.handler) == caller.actor.id
    if filters.unassigned:
        yield col(CaseRow.handler).is_(None)
        yield OPEN
    if filters.overdue:
        yield col(CaseRow.overdue) == true()
    yield from (
        _column(name).is_not(None) == value for field, name in IS_THERE.items() if (value := getattr(filters, field)) is not None
    )
    yield from _of_root_causes(filters)
    if filters.appealed:
        yield _appealed()
    if filters.tag:
        yield has_any(col(CaseRow.tags), filters.tag, dialect)
    if filters.text is not None:
        yield _said(filters.text, dialect)


def _of_root_causes(filters: CaseFilters) -> Iterator[ColumnElement[bool]]:
    if filters.root_cause:
        yield is_any_of(filters.root_cause)
    if filters.root_cause_proposed:
        proposed = select(RootCauseCorrectionRow.case_id).where(col(RootCauseCorrectionRow.confirmed_by).is_(None))
        yield col(CaseRow.case_id).in_(proposed)


def _appealed() -> ColumnElement[bool]:
    """More was appealed than decided: the timeline has an event for each."""
    event = col(TimelineRow.event)
    opened = func.sum(case((event == Event.APPEALED.value, 1), else_=-1))
    appeals = select(TimelineRow.case_id).where(event.in_([Event.APPEALED.value, Event.APPEAL_DECIDED.value]))
    return col(CaseRow.case_id).in_(appeals.group_by(col(TimelineRow.case_id)).having(opened > 0))


def _column(name: str) -> Any:  # noqa: ANN401  # SQLAlchemy's own
    return col(getattr(CaseRow, name))


def _said(text: str, dialect: str) -> ColumnElement[bool]:
    words = terms_to_have(text)
    if not words:
        raise problem(
            ErrorType.INVALID,
            "text: there is no word in it to look for; words like “the” are left out.",
            "text：其中没有可查找的词；虚词不参与查找。",
            field="text",
            rule="WRK-3",
        )
    having = select(CaseWordsRow.case_id).where(has_all(col(CaseWordsRow.terms), words, dialect))
    return col(CaseRow.case_id).in_(having)
