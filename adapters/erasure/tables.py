"""Our database: every table once, with what becomes of its rows when cases, or all of a customer, are forgotten (ARC-3).

A new table is one line in `TABLES`; `tests/adapters/erasure` fails for one that is not there.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, cast, false, or_
from sqlmodel import SQLModel, col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.library import index as library
from adapters.payloads import data_keys
from models.case.state import CaseState
from models.chargebacks.state import ChargebackState
from models.claims.state import ClaimState
from models.common.base import stored
from models.common.vocabulary import Role
from models.erasure.record import forgotten, seal_of
from models.erasure.states import NOTHING, erased_case, erased_chargeback, erased_claim
from models.erasure.views import ToForget
from models.tables.addresses import AddressRow
from models.tables.bank_accounts import BankAccountRow
from models.tables.case import (
    AgentRow,
    ArchiveRow,
    AssignmentRow,
    CaseCarrierRow,
    CaseEvidenceRow,
    CaseLinkRow,
    CaseRow,
    CaseTextRow,
    ContactCodeRow,
    ContactRow,
    MessageRow,
    OpeningRow,
    RequestRow,
    RunRow,
    TimelineRow,
    UploadRow,
    WebhookRow,
)
from models.tables.chargebacks import ChargebackRow
from models.tables.claims import ClaimHistoryRow, ClaimRow
from models.tables.credit_notes import CreditNoteDueRow, CreditNoteNumberRow, CreditNoteRow
from models.tables.desk import CaseWordsRow, SavedReplyRow, SavedViewRow
from models.tables.erasure import ErasureRequestRow, LegalHoldRow
from models.tables.figures import FigureChunkRow, FigureGivenRow, FigureProgressRow, FigureRow
from models.tables.goods import ItemReservationRow
from models.tables.improvements import ImprovementRow
from models.tables.knowledge import KnowledgeRow, KnowledgeShownRow, KnowledgeTermRow, UnansweredRow
from models.tables.library import LessonRow, LibraryDueRow, LibraryPassageRow, LibraryRow, LibraryTermRow
from models.tables.money import LedgerRow, OrderLockRow, RefundPartRow
from models.tables.parcels import ParcelRow
from models.tables.payloads import DataKeyRow, PayloadReadRow
from models.tables.presence import DraftRow, PresenceRow
from models.tables.reads import CaseReadRow, MessageReadRow
from models.tables.reconciliation import DifferenceRow
from models.tables.returns import ReturnRow
from models.tables.reviews import ReviewRow
from models.tables.revocations import RevocationRow
from models.tables.root_causes import RootCauseCorrectionRow, RootCauseMergeRow
from models.tables.sign_in import BrowserSessionRow, SignInLinkRow


class Whose(NamedTuple):
    """What is forgotten: cases, which may be of several customers; or, with `customer`, what of them is in no case."""

    cases: tuple[str, ...] = ()
    customer: str | None = None
    called: str = ""
    """What the customer is called from now on."""


TURN = "erasure"
"""About this, whoever begins to forget something and whoever decides about it take turns."""
Of = Callable[[Whose], ColumnElement[bool]]
CUSTOMER_IS_CALLED = "called"


@dataclass(frozen=True)
class Store:
    """A table. `of_cases` and `of_customer`: which rows are theirs; None: none are."""

    table: type[SQLModel]
    of_cases: Of | None = None
    of_customer: Of | None = None
    left: Mapping[str, object] = field(default_factory=dict[str, object])
    """Columns and what is in them afterwards; without any the rows are deleted."""
    rewrite: Callable[[AsyncSession, Whose], Awaitable[None]] | None = None
    """Instead of these: row by row."""

    def rows(self, whose: Whose) -> ColumnElement[bool]:
        of = self.of_customer if whose.customer is not None else self.of_cases
        return of(whose) if of else false()

    async def count(self, session: AsyncSession, whose: Whose) -> int:
        """How many rows it is about."""
        return (await session.exec(select(func.count()).select_from(self.table).where(self.rows(whose)))).one()

    async def forget(self, session: AsyncSession, whose: Whose) -> None:
        if self.rewrite is not None and whose.customer is None:
            await self.rewrite(session, whose)
        elif self.left:
            left = {name: whose.called if value == CUSTOMER_IS_CALLED else value for name, value in self.left.items()}
            await session.exec(update(self.table).where(self.rows(whose)).values(left))
        else:
            await session.exec(delete(self.table).where(self.rows(whose)))


def _by(column: Any) -> Of:  # noqa: ANN401  # a column
    """Rows that have the case's id there."""
    return lambda whose: col(column).in_(whose.cases)


def _of_customer(column: Any) -> Of:  # noqa: ANN401
    return lambda whose: col(column) == whose.customer


def of_workflows(column: Any) -> Of:  # noqa: ANN401
    """What a case's workflow, and those of its claims, write under their own ids."""

    def of(whose: Whose) -> ColumnElement[bool]:
        claims = select(ClaimRow.claim_id).where(col(ClaimRow.case_id).in_(whose.cases))
        return or_(col(column).in_(whose.cases), col(column).in_(claims))

    return of


def _of_followers(whose: Whose) -> ColumnElement[bool]:
    """The ids of a case's child workflows begin with its own."""
    follower = col(ParcelRow.workflow_id)
    return or_(follower.in_(whose.cases), *(follower.startswith(f"{case}.", autoescape=True) for case in whose.cases))


def _to_customer(role: Any, who: Any) -> Of:  # noqa: ANN401
    return lambda whose: (col(role) == Role.CUSTOMER.value) & (col(who) == whose.customer)


def _views_of(whose: Whose) -> ColumnElement[bool]:
    return cast(col(SavedViewRow.filters), String).contains(f'"{whose.customer}"', autoescape=True)


async def _cases(session: AsyncSession, whose: Whose) -> None:
    for row in (await session.exec(select(CaseRow).where(col(CaseRow.case_id).in_(whose.cases)))).all():
        left = erased_case(stored(CaseState, row.state), whose.called)
        row.state = left.model_dump(mode="json", exclude={"entries", "requests_seen"})
        row.customer_id, row.order_id, row.tags, row.erased_at = whose.called, None, None, datetime.now(UTC)
        row.waiting_for, row.next_deadline = None, None
        session.add(row)


async def _claims(session: AsyncSession, whose: Whose) -> None:
    for row in (await session.exec(select(ClaimRow).where(col(ClaimRow.case_id).in_(whose.cases)))).all():
        row.state = erased_claim(stored(ClaimState, row.state)).model_dump(mode="json", exclude={"entries"})
        session.add(row)


async def _chargebacks(session: AsyncSession, whose: Whose) -> None:
    """What people said, and who signed, was evidence."""
    for row in (await session.exec(select(ChargebackRow).where(col(ChargebackRow.case_id).in_(whose.cases)))).all():
        row.state = erased_chargeback(stored(ChargebackState, row.state)).model_dump(mode="json")
        session.add(row)


async def _archives(session: AsyncSession, whose: Whose) -> None:
    """The seal stays good; of a release before, the record is sealed anew."""
    for row in (await session.exec(select(ArchiveRow).where(col(ArchiveRow.case_id).in_(whose.cases)))).all():
        row.record = forgotten(row.record, secrets.token_hex(32), row.sha256)
        row.sha256 = seal_of(row.record)
        session.add(row)


async def _library(session: AsyncSession, whose: Whose) -> None:
    """With the words that no other case has."""
    for case_id in whose.cases:
        await library.remove(session, case_id)


async def _keys(session: AsyncSession, whose: Whose) -> None:
    """What a backup of Temporal still has of the case cannot be read any more (docs/payloads.md)."""
    await data_keys.destroy(session, whose.cases, datetime.now(UTC))


TABLES: tuple[Store, ...] = (
    # What people said, sent and gave; what was told to them; what was asked for
    Store(TimelineRow, _by(TimelineRow.case_id)),
    Store(CaseTextRow, _by(CaseTextRow.case_id)),
    Store(CaseWordsRow, _by(CaseWordsRow.case_id)),
    Store(LibraryRow, _by(LibraryRow.case_id), rewrite=_library),
    Store(LibraryPassageRow, _by(LibraryPassageRow.case_id)),
    Store(LibraryDueRow, _by(LibraryDueRow.case_id)),
    Store(LessonRow, _by(LessonRow.case_id)),
    Store(DataKeyRow, _by(DataKeyRow.name), rewrite=_keys),
    Store(CaseEvidenceRow, _by(CaseEvidenceRow.case_id)),
    Store(MessageRow, _by(MessageRow.case_id), _to_customer(MessageRow.recipient_role, MessageRow.recipient_id)),
    Store(RequestRow, of_workflows(RequestRow.workflow_id)),
    Store(RunRow, of_workflows(RunRow.workflow_id)),
    Store(ClaimHistoryRow, of_workflows(ClaimHistoryRow.claim_id)),
    Store(OpeningRow, _by(OpeningRow.case_id)),
    Store(AssignmentRow, _by(AssignmentRow.case_id)),
    Store(DraftRow, _by(DraftRow.case_id)),
    Store(PresenceRow, _by(PresenceRow.case_id)),
    Store(ParcelRow, _of_followers, _of_customer(ParcelRow.customer_id)),
    Store(ReturnRow, _by(ReturnRow.case_id)),
    # The person
    Store(ContactRow, None, _of_customer(ContactRow.customer_id)),
    Store(ContactCodeRow, None, _of_customer(ContactCodeRow.customer_id)),
    Store(AddressRow, None, _of_customer(AddressRow.customer_id)),
    Store(BankAccountRow, None, _of_customer(BankAccountRow.customer_id)),
    Store(UploadRow, None, _to_customer(UploadRow.role, UploadRow.uploader_id)),
    Store(SavedViewRow, None, _views_of),
    Store(UnansweredRow, None, _to_customer(UnansweredRow.role, UnansweredRow.person)),
    Store(BrowserSessionRow, None, _to_customer(BrowserSessionRow.role, BrowserSessionRow.person)),
    Store(SignInLinkRow, None, _to_customer(SignInLinkRow.role, SignInLinkRow.person)),
    Store(ErasureRequestRow, None, _of_customer(ErasureRequestRow.customer_id), left={"customer_id": CUSTOMER_IS_CALLED}),
    # Of what has to stay: what is personal in it
    Store(CaseRow, _by(CaseRow.case_id), rewrite=_cases),
    Store(ArchiveRow, _by(ArchiveRow.case_id), rewrite=_archives),
    Store(ClaimRow, _by(ClaimRow.case_id), rewrite=_claims),
    Store(RefundPartRow, _by(RefundPartRow.case_id), left={"customer_id": CUSTOMER_IS_CALLED, "refusal": None}),
    Store(CreditNoteRow, _by(CreditNoteRow.case_id), left={"customer_id": CUSTOMER_IS_CALLED}),
    Store(ChargebackRow, _by(ChargebackRow.case_id), rewrite=_chargebacks),
    Store(DifferenceRow, _by(DifferenceRow.case_id), left={"ours": {}, "theirs": {}, "note": None}),
    Store(ImprovementRow, _by(ImprovementRow.case_id), left={"words": NOTHING, "proof": None}),
    Store(RootCauseCorrectionRow, _by(RootCauseCorrectionRow.case_id), left={"reason": NOTHING}),
    # Nothing of a customer is in these: books of money and goods by order, figures, the platform's own people and words, ids of notices and tokens
    Store(LedgerRow),
    Store(OrderLockRow),
    Store(CreditNoteNumberRow),
    Store(CreditNoteDueRow),
    Store(ItemReservationRow),
    Store(CaseCarrierRow),
    Store(CaseLinkRow),
    Store(AgentRow),
    Store(SavedReplyRow),
    Store(KnowledgeRow),
    Store(KnowledgeTermRow),
    Store(KnowledgeShownRow),
    Store(RootCauseMergeRow),
    Store(WebhookRow),
    Store(RevocationRow),
    Store(LegalHoldRow),
    Store(LibraryTermRow),
    Store(PayloadReadRow),
    Store(CaseReadRow),
    Store(MessageReadRow),
    Store(FigureRow),
    Store(FigureGivenRow),
    Store(FigureChunkRow),
    Store(FigureProgressRow),
    Store(ReviewRow),
)


async def to_forget(session: AsyncSession, cases: tuple[str, ...], customer: str) -> tuple[ToForget, ...]:
    """How many rows of each table it is about, the largest first."""
    counted = [
        (store, sum([await store.count(session, whose) for whose in (Whose(cases=cases), Whose(customer=customer))]))
        for store in TABLES
    ]
    told = [
        ToForget(store=str(getattr(store.table, "__tablename__")), items=items, left=bool(store.left or store.rewrite))  # noqa: B009
        for store, items in counted
        if items
    ]
    return tuple(sorted(told, key=lambda one: -one.items))
