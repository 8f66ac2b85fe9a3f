"""Forgetting (ARC-3, docs/forgetting.md): cases whose time is over, and those of customers who asked for it, a few at a time.

The order is what makes it safe to be killed at any point. A case is marked first, under a check that nothing stands against it; from then on it is
taken up again until it is done. Temporal's histories go next: only a workflow could write the case's rows anew. Then the files, while there are
still rows that tell which they are. Last, in one transaction, all that is personal in our database, with the mark that it is done. Whatever
is repeated finds nothing left to do. A customer's own rows go when none of their cases is left.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement
from sqlmodel import SQLModel, col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.loops import BATCH, repeat, utc_now
from adapters.database.engine import Database, take_turns
from adapters.erasure.files import Files
from adapters.erasure.histories import Histories
from adapters.erasure.standing import holds, is_held, is_of_held, is_over
from adapters.erasure.tables import TABLES, TURN, Whose, of_workflows
from models.policy.policy import Policy
from models.tables.addresses import AddressRow
from models.tables.bank_accounts import BankAccountRow
from models.tables.case import CaseRow, ContactCodeRow, ContactRow, MessageRow, RunRow, WebhookRow
from models.tables.erasure import ErasureRequestRow, LegalHoldRow
from models.tables.indexes import ERASING
from models.tables.knowledge import UnansweredRow
from models.tables.reads import CaseReadRow

LOOK_EVERY = 60.0
"""Seconds."""
OLD_BATCH, OLD_EVERY = 500, timedelta(hours=1)
"""Rows of each kind that is kept for a time of its own; how often they are looked for, while there are fewer."""
NOT_AGAIN_FOR = timedelta(minutes=2)
"""A case whose workflow runs still, or is not deleted yet, is left alone for so long."""

LAST = 2**62

log = structlog.stdlib.get_logger(__name__)


class Erasure:
    """Looks again and again."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        histories: Histories,
        files: Files,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._retention = policy.retention
        self._histories = histories
        self._files = files
        self._now = now
        self._later = dict[str, datetime]()
        self._old_again = datetime.min.replace(tzinfo=UTC)

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop; ends after the cases in hand."""
        await repeat(self.round, stop, "erasure.trouble", idle=LOOK_EVERY)

    async def round(self) -> int:
        """Forget a batch of each kind; how much it was at most of one kind."""
        now = self._now()
        self._later = {case: until for case, until in self._later.items() if until > now}
        cases = await self._begin(now)
        done = [await self._try(case_id, customer, now) for case_id, customer in cases]
        people = await self._people(now)
        old = await self._old(now)
        return max(sum(done), people, old)

    async def _begin(self, now: datetime) -> list[tuple[str, str]]:
        """Cases with their customers: what was begun before, then what is due and nothing stands against, which is marked."""
        later = col(CaseRow.case_id).not_in(self._later)
        begun = select(CaseRow.case_id, CaseRow.customer_id).where(ERASING, later).limit(BATCH)
        async with self._database.reading() as session:
            taken = [*(await session.exec(begun)).all()]
            why = [one for one in self._why(now) if await _due(session, one, later, now, 1)]
        if not why or len(taken) == BATCH:
            return taken  # who only looks takes no writer's turn
        new = list[tuple[str, str]]()
        async with self._database.writing() as session:
            await take_turns(session, TURN)
            for one in why:
                found = await _due(session, one, later, now, BATCH - len(taken) - len(new))
                marked = update(CaseRow).where(col(CaseRow.case_id).in_([case_id for case_id, _ in found]))
                await session.exec(marked.values(erasing_since=now))
                new += found
        return [*taken, *new]

    def _why(self, now: datetime) -> list[ColumnElement[bool]]:
        """Somebody asked for it, or its time is over; each is looked for along an index of its own."""
        approved = select(ErasureRequestRow.customer_id).where(ErasureRequestRow.state == "approved")
        why: list[ColumnElement[bool]] = [col(CaseRow.customer_id).in_(approved)]
        if self._retention.cases is not None:
            why.append(col(CaseRow.closed_at) < now - self._retention.cases)
        return why

    async def _try(self, case_id: str, customer: str, now: datetime) -> bool:
        """One that cannot be forgotten now holds up no other."""
        try:
            done = await self._forget(case_id, customer, now)
        except Exception:
            log.exception("erasure.trouble", case_id=case_id)
            done = False
        if not done:
            self._later[case_id] = now + NOT_AGAIN_FOR
        return done

    async def _forget(self, case_id: str, customer: str, now: datetime) -> bool:
        """All of a case; False: not yet."""
        async with self._database.reading() as session:
            of_case = of_workflows(RunRow.workflow_id)(Whose(cases=(case_id,)))
            runs = (await session.exec(select(RunRow.workflow_id, RunRow.run_id).where(of_case))).all()
        if not await self._histories.forget(case_id, tuple(runs)):
            log.info("erasure.later", case_id=case_id)
            return False
        await self._files.of_case(case_id, customer, now)
        async with self._database.writing() as session:
            whose = Whose(cases=(case_id,), called=await _called(session, customer))
            for store in TABLES:
                await store.forget(session, whose)
        log.info("erasure.case", case_id=case_id)
        return True

    async def _people(self, now: datetime) -> int:
        """Forget the customers who asked for it and have no case left; how many."""
        left = select(CaseRow.case_id).where(col(CaseRow.customer_id) == col(ErasureRequestRow.customer_id))
        held = select(LegalHoldRow.hold_id).where(holds(col(ErasureRequestRow.customer_id)))
        ready = select(ErasureRequestRow.request_id, ErasureRequestRow.customer_id).where(
            ErasureRequestRow.state == "approved", ~left.exists(), ~held.exists()
        )
        async with self._database.reading() as session:
            requests = (await session.exec(ready.order_by(col(ErasureRequestRow.requested_at)).limit(BATCH))).all()
        for request_id, customer in requests:
            await self._files.of_customer(customer, now)
            async with self._database.writing() as session:
                await take_turns(session, TURN)
                if (await session.exec(ready.where(ErasureRequestRow.request_id == request_id))).first() is None:
                    continue
                called = name_of(request_id)
                for store in TABLES:
                    await store.forget(session, Whose(customer=customer, called=called))
                cases = select(func.count()).where(CaseRow.customer_id == called).scalar_subquery()
                done = update(ErasureRequestRow).where(col(ErasureRequestRow.request_id) == request_id)
                await session.exec(done.values(state="done", closed_at=now, closed_by="redress", cases=cases))
            log.info("erasure.customer", request=request_id)
        return len(requests)

    async def _old(self, now: datetime) -> int:
        """What is kept for a time of its own, as the policy says: a batch of each, how many of the most."""
        if now < self._old_again:
            return 0
        keep, gone = self._retention, [0]
        if keep.messages is not None:
            old = col(MessageRow.created_at) < now - keep.messages
            young = select(MessageRow.id).where(~old).order_by(col(MessageRow.id)).limit(1).scalar_subquery()
            before = col(MessageRow.id) < func.coalesce(young, LAST)  # they are numbered as they are written
            told = (before, old, col(MessageRow.state) != "waiting", ~is_of_held(col(MessageRow.case_id)))
            gone.append(await self._delete(MessageRow, col(MessageRow.id), *told))
        if keep.notices is not None:
            gone.append(await self._delete(WebhookRow, col(WebhookRow.notice_id), col(WebhookRow.at) < now - keep.notices))
        if keep.reads is not None:
            read = (col(CaseReadRow.at) < now - keep.reads, ~is_of_held(col(CaseReadRow.case_id)))
            gone.append(await self._delete(CaseReadRow, col(CaseReadRow.id), *read))
        if keep.questions is not None:
            gone.append(
                await self._delete(UnansweredRow, col(UnansweredRow.words), col(UnansweredRow.last_at) < now - keep.questions)
            )
        if keep.uploads is not None:
            gone.append(await self._files.never_named(now - keep.uploads, OLD_BATCH, now))
        if keep.contacts is not None:
            gone += await self._contacts(now - keep.contacts)
        if max(gone) < OLD_BATCH:
            self._old_again = now + OLD_EVERY
        return min(max(gone), BATCH)

    async def _contacts(self, before: datetime) -> list[int]:
        """Of customers without a case; a contact that is held stays."""

        def nobodys(customer: Any) -> tuple[Any, ...]:  # noqa: ANN401  # a column
            cases = select(CaseRow.case_id).where(col(CaseRow.customer_id) == customer)
            held = select(LegalHoldRow.hold_id).where(holds(customer))
            return ~cases.exists(), ~held.exists()

        contact, address, code = col(ContactRow.customer_id), col(AddressRow.customer_id), col(ContactCodeRow.customer_id)
        account = col(BankAccountRow.customer_id)
        return [
            await self._delete(ContactRow, contact, *nobodys(contact), col(ContactRow.updated_at) < before),
            await self._delete(AddressRow, col(AddressRow.address_id), *nobodys(address), col(AddressRow.at) < before),
            await self._delete(
                BankAccountRow, col(BankAccountRow.account_id), *nobodys(account), col(BankAccountRow.at) < before
            ),
            await self._delete(ContactCodeRow, code, *nobodys(code), col(ContactCodeRow.expires_at) < before),
        ]

    async def _delete(self, table: type[SQLModel], key: Any, *which: Any) -> int:  # noqa: ANN401  # columns and conditions
        """A batch of rows; how many keys."""
        select_key: Any = select
        async with self._database.reading() as session:
            execute: Any = session.exec
            keys: list[object] = list((await execute(select_key(key).where(*which).limit(OLD_BATCH))).all())
        if keys:
            async with self._database.writing() as session:
                await session.exec(delete(table).where(key.in_(keys), *which))
        return len(keys)


def name_of(request_id: str) -> str:
    """What a customer is called who asked to be forgotten: the request tells which cases went for it, and nothing tells who it was."""
    return f"erased-{request_id}"


async def _due(
    session: AsyncSession, why: ColumnElement[bool], later: ColumnElement[bool], now: datetime, most: int
) -> Sequence[tuple[str, str]]:
    """Cases with their customers, the oldest first, against which nothing stands."""
    due = select(CaseRow.case_id, CaseRow.customer_id).where(
        why, is_over(now), ~is_held(), later, col(CaseRow.erasing_since).is_(None)
    )
    return (await session.exec(due.order_by(col(CaseRow.closed_at)).limit(most))).all()


async def _called(session: AsyncSession, customer: str) -> str:
    """By their request; without one, by a name that no other case has."""
    asked = select(ErasureRequestRow.request_id).where(
        ErasureRequestRow.customer_id == customer, ErasureRequestRow.state == "approved"
    )
    request = (await session.exec(asked.limit(1))).first()
    return name_of(request) if request is not None else f"erased-{secrets.token_hex(8)}"
