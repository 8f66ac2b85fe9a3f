"""An order's money over HTTP (RES-5): the ledger of all its cases, with what was paid, what went back, and what is left."""

import re
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from sqlmodel import col, select

from adapters.database.ledger import booked
from api.http.auth import Caller
from api.http.dependencies import CallerOf, Language, Parts, PartsOf, only_for
from api.http.lookup import in_sight
from api.http.problems import not_found
from api.http.responses import OWN
from api.http.routes import SeenRoute
from models.common.base import IDENTIFIER, Frozen, Instant, Money
from models.common.readers import Books, Everybody
from models.common.vocabulary import Role
from models.money.ledger import EntryKind, Posting
from models.tables.case import CaseRow
from rules.money import ledger

router = APIRouter(prefix="/v1/orders", tags=["cases"], route_class=SeenRoute)
READERS = Role.people() - {Role.CARRIER}


class LedgerEntry(Frozen):
    """One movement of money, in the caller's language."""

    entry: Everybody[str]
    at: Everybody[Instant]
    kind: Everybody[EntryKind]
    text: Everybody[str]
    case_id: Everybody[str | None]
    remedy_id: Everybody[str | None]
    amount: Everybody[Money]
    postings: Books[tuple[Posting, ...]] = Field(description="For the platform's people and the merchant. They sum to zero.")


class Balance(Frozen):
    """What an account holds, in minor units; what is taken from it is negative."""

    account: Books[str]
    currency: Books[str]
    minor: Books[int]


class OrderLedger(Frozen):
    """What was paid is with the customer again (`refunded`), on its way there (`under_way`), with the provider until a chargeback is decided
    (`in_chargebacks`), or may still be refunded (`left`). What a refund and a chargeback both took, beyond what was paid, is `twice`. `kept` is
    what of the price of goods that came back the customer agreed to leave.
    """

    order_id: Everybody[str]
    paid: Everybody[Money]
    refunded: Everybody[Money]
    under_way: Everybody[Money]
    in_chargebacks: Everybody[Money]
    twice: Everybody[Money]
    left: Everybody[Money]
    kept: Everybody[Money]
    balances: Books[tuple[Balance, ...]] = Field(description="For the platform's people and the merchant.")
    entries: Everybody[tuple[LedgerEntry, ...]]


@router.get("/{order_id:path}/ledger", summary="An order's money · 订单资金明细", responses=OWN)
async def order_ledger(
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    order_id: Annotated[str, Path(description="The order's id.", examples=["O-1001"])],
) -> OrderLedger:
    """Every movement of the order's money over all its cases, the oldest first: as far as it concerns the caller."""
    only_for(caller, READERS)
    await _concerned(parts, caller, order_id)
    async with parts.database.reading() as session:
        known = await booked(session, order_id)
    entries = [entry for _, entry in known]
    currency = next((entry.currency for entry in entries if entry.kind in EntryKind.paying_in()), parts.policy.currency)
    shown = [(at, entry) for at, entry in known if ledger.concerns(entry, caller.actor)]
    held = ledger.balances([entry for _, entry in shown])
    return OrderLedger(
        order_id=order_id,
        **dict(ledger.summary(entries, currency)),
        balances=tuple(Balance(account=account, currency=its, minor=held[account, its]) for account, its in sorted(held)),
        entries=tuple(
            LedgerEntry(
                entry=entry.key,
                at=at,
                kind=entry.kind,
                text=ledger.WORDS[entry.kind].in_(language),
                case_id=entry.case_id,
                remedy_id=entry.remedy_id,
                amount=entry.amount,
                postings=entry.postings,
            )
            for at, entry in shown
        ),
    )


async def _concerned(parts: Parts, caller: Caller, order_id: str) -> None:
    """404 unless the caller may see a case whose order this is. The merchant's system must have confirmed it (REC-3)."""
    if not re.match(IDENTIFIER, order_id):
        raise not_found()
    confirmed = col(CaseRow.state)["order"]["order_id"].as_string() == order_id
    async with parts.database.reading() as session:
        seen = select(CaseRow.case_id).where(CaseRow.order_id == order_id, confirmed, in_sight(caller.actor)).limit(1)
        if (await session.exec(seen)).first() is None:
            raise not_found()
