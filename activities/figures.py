"""Keeps the figures as new as the cases (RVW-1): whatever changes a case or one of its claims, its facts are made again of all that there is.

A loop of the worker beside the cases, which costs them nothing. Any number of workers may run it: they take turns. Facts that are made twice
are the same, so a batch that was lost is made again.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import bindparam, or_
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.loops import BATCH, repeat
from activities.kit.rows import Row
from adapters.database.engine import NEVER, Database, execute, insert_if_absent, saved_until_now, take_turns, upsert
from adapters.database.figures import minute_of
from models.case.state import CaseState
from models.claims.state import ClaimItem, ClaimKind
from models.common.base import stored
from models.policy.policy import Policy
from models.tables.case import CaseRow
from models.tables.claims import ClaimRow
from models.tables.figures import CHUNK, FigureChunkRow, FigureGivenRow, FigureProgressRow, FigureRow
from rules.figures.facts import Claimed, Given, facts_of, money_given

log = structlog.stdlib.get_logger(__name__)

LOOK_EVERY = 2.0
"""Seconds: a case that is at work is saved several times in that time, and its facts are made once for all of them."""
SOURCES = {"cases": CaseRow, "claims": ClaimRow}
_ITEMS = TypeAdapter(tuple[ClaimItem, ...])


class Figures:
    """Follows the tables of cases and claims by when their rows were saved."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until told to stop."""
        await repeat(self.follow, stop, "figures.trouble", busy=LOOK_EVERY, idle=LOOK_EVERY)

    async def follow(self) -> int:
        """Make the facts of a batch of cases; how many there were."""
        async with self._database.reading() as session:
            if not any([await _stale(session, source) for source in SOURCES]):
                return 0  # who only looks takes no writer's turn
        async with self._database.writing() as session:
            await take_turns(session, "figures")
            return max([await self._catch_up(session, source) for source in SOURCES])

    async def _catch_up(self, session: AsyncSession, source: str) -> int:
        now = await saved_until_now(session, col(SOURCES[source].saved_at))
        changed = await _stale(session, source)
        await make_facts(session, self._policy, [row.case_id for row in changed])
        until = min(now, changed[-1].saved_at) if len(changed) == BATCH else now
        await upsert(session, FigureProgressRow, {"source": source, "saved_at": until})
        return len(changed)


async def make_facts(session: AsyncSession, policy: Policy, case_ids: Sequence[str]) -> None:
    """Write what these cases count for, in place of what they counted for before.

    A row of figures that is of the same version stays, and so does all that a case counts for that was forgotten since (ARC-3), but for a root
    cause that is corrected. What it gave follows the claims.
    """
    if not case_ids:
        return
    claims = await _claims_of(session, case_ids)
    made = select(FigureRow.case_id, FigureRow.epoch, FigureRow.version).where(col(FigureRow.case_id).in_(case_ids))
    known = {case_id: (epoch, version) for case_id, epoch, version in (await session.exec(made)).all()}
    forgotten = select(CaseRow.case_id, CaseRow.root_cause).where(
        col(CaseRow.case_id).in_(case_ids), col(CaseRow.erased_at).is_not(None)
    )
    for case_id, cause in (await session.exec(forgotten)).all():
        await session.exec(update(FigureRow).where(col(FigureRow.case_id) == case_id).values(root_cause=cause))
        case_ids = [other for other in case_ids if other != case_id]
    await session.exec(delete(FigureGivenRow).where(col(FigureGivenRow.case_id).in_(case_ids)))
    gave: list[Row] = []
    for row in await execute(session, _CASES, case_ids=case_ids):
        try:
            case, of_case = stored(CaseState, row.state), claims.get(row.case_id, [])
        except ValidationError:  # the others go on; what is told of it stays as it was
            log.warning("figures.unreadable", case_id=row.case_id)
            continue
        given = money_given(case, policy.claims.funded_by, [_claimed(claim) for claim in of_case])
        facts: Row = {
            "case_id": row.case_id,
            "root_cause": row.root_cause,
            "claims_saved_at": max((claim.saved_at for claim in of_case if claim.saved_at), default=None),
        }
        if known.get(row.case_id) != (row.epoch, row.version):
            facts |= facts_of(case, policy) | {"epoch": row.epoch, "version": row.version}
            facts["given_minor"] = sum(given.values())
            await upsert(session, FigureRow, facts)
        else:
            await session.exec(update(FigureRow).where(col(FigureRow.case_id) == row.case_id).values(**facts))
        gave += _money_rows(row.case_id, row.opened_at, given)
    await insert_if_absent(session, FigureGivenRow, *gave)
    await revise(session, case_ids)


async def revise(session: AsyncSession, case_ids: Sequence[str]) -> None:
    """Sums that were kept of the time in which these cases were opened hold no longer."""
    opened = select(FigureRow.opened_minute).where(col(FigureRow.case_id).in_(case_ids))
    for chunk in sorted({minute // CHUNK for minute in (await session.exec(opened)).all()}):
        if not await insert_if_absent(session, FigureChunkRow, {"chunk": chunk, "revision": 1}):
            one_more = col(FigureChunkRow.revision) + 1
            await session.exec(update(FigureChunkRow).where(col(FigureChunkRow.chunk) == chunk).values(revision=one_more))


_STATE: Any = CaseRow.state
_CASES = (
    select(CaseRow.case_id, CaseRow.epoch, CaseRow.version)
    .add_columns(col(CaseRow.root_cause), col(CaseRow.opened_at), _STATE)
    .where(col(CaseRow.case_id).in_(bindparam("case_ids", expanding=True)))
)


def _money_rows(case_id: str, opened_at: datetime, given: Given) -> list[Row]:
    return [
        {
            "case_id": case_id,
            "remedy": kind,
            "bearer": bearer,
            "currency": currency,
            "opened_at": opened_at,
            "opened_minute": minute_of(opened_at),
            "minor": minor,
        }
        for (kind, bearer, currency), minor in given.items()
    ]


def _claimed(claim: ClaimRow) -> Claimed:
    told: Any = claim.state["claim"]
    return Claimed(ClaimKind(claim.kind), _ITEMS.validate_python(told["items"]), claim.recovered_minor)


async def _claims_of(session: AsyncSession, case_ids: Sequence[str]) -> dict[str, list[ClaimRow]]:
    """By case, in the order in which they were opened."""
    found = select(ClaimRow).where(col(ClaimRow.case_id).in_(case_ids)).order_by(col(ClaimRow.opened_at), col(ClaimRow.claim_id))
    claims: dict[str, list[ClaimRow]] = {}
    for claim in (await session.exec(found)).all():
        claims.setdefault(claim.case_id, []).append(claim)
    return claims


async def _stale(session: AsyncSession, source: str) -> Sequence[Any]:
    """The first rows of cases or claims, with `saved_at`, that the figures do not know yet."""
    table, figures = SOURCES[source], FigureRow
    since = (await session.exec(select(FigureProgressRow.saved_at).where(FigureProgressRow.source == source))).first() or NEVER
    if table is CaseRow:
        unknown = or_(
            col(figures.case_id).is_(None), col(figures.version) != col(CaseRow.version), col(figures.epoch) != col(CaseRow.epoch)
        )
    else:
        unknown = or_(col(figures.claims_saved_at).is_(None), col(figures.claims_saved_at) < col(ClaimRow.saved_at))
    asked: Any = select(col(table.case_id), col(table.saved_at)).join(
        figures, col(figures.case_id) == col(table.case_id), isouter=table is CaseRow
    )
    in_order = (col(table.saved_at), col(table.case_id))
    execute: Any = session.exec
    fits = (col(table.saved_at) >= since, unknown)
    return (await execute(asked.where(*fits).order_by(*in_order).limit(BATCH))).all()
