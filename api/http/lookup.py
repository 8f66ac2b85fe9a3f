"""Finding the case of a request, as far as the caller may see it: what is foreign and what is not there look the same."""

import re
from typing import Any

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col, select

from api.http.auth import Caller
from api.http.dependencies import Parts
from api.http.problems import not_found
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.tables.case import CaseCarrierRow, CaseRow, ContactRow
from rules.case.access import Parties, may_see

CASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}")


def in_sight(actor: Actor, team: str | None = None) -> ColumnElement[bool]:
    """`may_see` of rules/case/access.py in SQL; `team`: of the cases of one team."""
    match actor.role:
        case Role.CUSTOMER:
            return col(CaseRow.customer_id) == actor.id
        case Role.MERCHANT:
            return col(CaseRow.merchant_id) == actor.id
        case Role.CARRIER:
            theirs: Any = select(CaseCarrierRow.case_id).where(col(CaseCarrierRow.carrier_id) == actor.id)
            return col(CaseRow.case_id).in_(theirs)
        case Role.AGENT:
            if team in actor.teams:
                return true()
            of_team = [col(CaseRow.team).in_(actor.teams), col(CaseRow.team).is_(None)] if team is None else []
            own = (col(CaseRow.handler) == actor.id, col(CaseRow.offered_to) == actor.id)
            return or_(*of_team, *own, col(CaseRow.offered_team).in_(actor.teams))
        case Role.SUPERVISOR | Role.ANALYST | Role.SYSTEM:
            return true()


async def find(parts: Parts, caller: Caller, case_id: str) -> CaseRow | None:
    """The row of a case that the caller may see; None for one opened so recently that it has none yet; else 404.

    The engine is asked about foreign cases too: while it is away, they look like unknown ones (503).
    """
    if not CASE_ID.fullmatch(case_id):
        raise not_found()
    looked = select(CaseRow, in_sight(caller.actor)).where(CaseRow.case_id == case_id)
    async with parts.database.reading() as session:  # one look: the row may come at any moment
        row, seen = (await session.exec(looked)).first() or (None, False)
    if not seen:
        owner = await parts.engine.owner(case_id)
        if row is not None or owner is None or not may_see(caller.actor, Parties(customer_id=owner)):
            raise not_found()
    return row


async def contact_of(parts: Parts, caller: Caller) -> ContactRow | None:
    """What a customer chose: language, zone, channels. None: nothing yet, or no customer."""
    if caller.role is not Role.CUSTOMER:
        return None
    async with parts.database.reading() as session:
        return await session.get(ContactRow, caller.actor.id)
