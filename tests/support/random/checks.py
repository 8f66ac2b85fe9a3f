"""What must hold in every life, after every move (docs/features.md, RES-5 and further): tests/support/random/people.py asks it."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn

from sqlmodel import col, select
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from adapters.database.ledger import booked
from models.case.state import CaseState
from models.case.views import CaseView
from models.claims.state import ClaimState, ClaimStatus
from models.common.actors import Actor
from models.common.partners import PaymentStatus, ProviderRefundStatus
from models.common.vocabulary import Outcome, RefundStatus, RemedyKind, Stage
from models.money.coupon import CouponStatus
from models.remedies.order_change import ChangeStatus
from models.remedies.remedy import OWED
from models.remedies.table import REMEDIES
from models.remedies.views import RemedyView
from models.replacements.state import ReplacementStage
from models.returns.state import ReturnResult
from models.tables.claims import ClaimRow
from models.tables.goods import ItemReservationRow
from rules.case.view import view_of
from rules.money import ledger
from rules.money.goods import counted
from tests.support.builders.actors import SUPERVISOR
from tests.support.fakes.partners import World
from tests.support.processes.service import Case, Service

NO_FAULT = {WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND}
"""Something came while the workflow was ending: the server asks it once more."""
PENDING_AGAIN = 1
"""A partner's call that failed before is tried again later; the first try is under way now."""
OF_THE_MOMENT = {"clocks", "available_actions", "appeal_until"}
"""What a view shows differently a moment later."""


def unlike(before: CaseView, after: CaseView) -> dict[str, tuple[Any, Any]]:
    """What two views differ in."""
    one, other = (view.model_dump(mode="json", exclude=OF_THE_MOMENT) for view in (before, after))
    return {name: (value, other[name]) for name, value in one.items() if value != other[name]}


@dataclass
class Checks:
    """Looks at everything that runs about one order."""

    service: Service
    order_id: str
    cases: list[Case] = field(default_factory=list[Case])
    told: list[str] = field(default_factory=list[str])
    """The story so far."""
    by_hand: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Refunds that somebody recorded as paid another way: case and remedy."""
    misses: dict[str, set[tuple[str, str]]] = field(default_factory=dict[str, set[tuple[str, str]]])
    timelines: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    most_pieces: dict[str, int] = field(default_factory=dict[str, int])

    def story(self, why: str = "") -> str:
        return "\n".join([why, *self.told])

    def wrong(self, why: str) -> NoReturn:
        raise AssertionError(self.story(why))

    def holds(self, fact: bool, why: str) -> None:  # it reads as a sentence
        if not fact:
            self.wrong(why)

    @property
    def world(self) -> World:
        return self.service.world

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def seen_by(self, case: Case, actor: Actor) -> CaseView:
        try:
            return await case.seen_by(actor)
        except RPCError:
            return await self.shown(case, actor)

    async def seen(self, case: Case) -> CaseView:
        return await self.seen_by(case, SUPERVISOR)

    async def shown(self, case: Case, actor: Actor = SUPERVISOR) -> CaseView:
        """As the database shows it."""
        row = await case.row()
        assert row is not None
        return view_of(CaseState.model_validate(row.state), self.service.policy, actor, datetime.now(UTC))

    async def states(self) -> list[CaseState]:
        rows = [await case.row() for case in self.cases]
        return [CaseState.model_validate(row.state) for row in rows if row is not None]

    async def claims(self) -> list[ClaimState]:
        async with self.service.database.reading() as session:
            rows = (await session.exec(select(ClaimRow).order_by(col(ClaimRow.claim_id)))).all()
            return [ClaimState.model_validate(row.state) for row in rows]

    async def workflows(self) -> list[str]:
        """The ids of everything that was ever begun: cases, their child workflows, their claims."""
        found: list[str] = []
        for state in await self.states():
            children = [
                child for remedy in state.remedies for child in (remedy.child, remedy.suspended_child) if child is not None
            ]
            found += [state.case_id, *(child.workflow_id for child in children), *(claim.claim_id for claim in state.claims)]
        return [*dict.fromkeys([*(case.handle.id for case in self.cases), *found])]

    async def running(self) -> list[str]:
        return [name for name in await self.workflows() if await self.status(name) is WorkflowExecutionStatus.RUNNING]

    async def status(self, workflow_id: str) -> WorkflowExecutionStatus | None:
        """None: it was never begun."""
        try:
            return (await self.service.client.get_workflow_handle(workflow_id).describe()).status
        except RPCError:
            return None

    async def at_rest(self) -> bool:
        """Whether all that was begun has been done, and now everybody waits for somebody; False: it went on too long to wait for."""
        before: list[int | None] = []
        for _ in range(150):
            now = [await self._length(name) for name in await self.running()]
            if now == before and None not in now:
                return True
            before = now
            await asyncio.sleep(0.02)
        return False

    async def _length(self, workflow_id: str) -> int | None:
        """How long its history is; None: it is at work."""
        raw = (await self.service.client.get_workflow_handle(workflow_id).describe()).raw_description
        busy = raw.HasField("pending_workflow_task") or any(call.attempt <= PENDING_AGAIN for call in raw.pending_activities)
        return None if busy else raw.workflow_execution_info.history_length

    # ── what must hold ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def check(self) -> None:
        """Of each case, of the order's money and goods, of claims."""
        captured = [one for one in self.world.charges.get(self.order_id, ()) if one.status is PaymentStatus.CAPTURED]
        paid, back = sum(one.amount.minor for one in captured), self.world.paid_back(self.order_id)
        self.holds(back <= paid, f"{back} went back of {paid}")
        for workflow_id in await self.workflows():
            if await self.status(workflow_id) not in {WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED, None}:
                await self.check_history(workflow_id, completed=False)
        for case in self.cases:
            await self.check_case(case)
        await self.check_ledger()
        await self.check_goods()
        for claim in await self.claims():
            open_ = claim.status not in ClaimStatus.over()
            self.holds(
                not open_ or (claim.wait is not None and claim.wait.for_ in claim.terms.waits), f"{claim} waits for nothing"
            )

    async def check_case(self, case: Case) -> None:
        view, name = await self.seen(case), case.handle.id
        misses = {(miss.clock.value, miss.at.isoformat()) for miss in view.misses}
        self.holds(self.misses.get(name, set()) <= misses, f"a miss vanished: {self.misses.get(name)}, now {misses}")
        self.misses[name] = misses
        timeline, before = await case.timeline(), self.timelines.get(name, [])
        self.holds(timeline[: len(before)] == before, f"the timeline changed: {before}, now {timeline}")
        self.timelines[name] = timeline
        if view.waiting is not None:
            self.holds(
                view.waiting.until.tzinfo is not None and bool(view.waiting.then), f"no deadline, no default: {view.waiting}"
            )
        self.check_remedies(view)
        if view.stage is Stage.CLOSED:
            self.check_closed(view)

    def check_remedies(self, view: CaseView) -> None:
        ids = [remedy.id for remedy in view.remedies]
        keys = [part.key for remedy in view.remedies for part in remedy.parts]
        self.holds(len(ids) == len(set(ids)), f"two remedies have one id: {ids}")
        self.holds(len(keys) == len(set(keys)), f"two parts have one key: {keys}")
        agreed = {remedy.settlement for remedy in view.remedies if remedy.open and remedy.payment_id is None} - {OWED}
        self.holds(len(agreed) <= 1, f"two solutions are carried out at once: {view.remedies}")
        for child in (remedy.child for remedy in view.remedies if remedy.open and remedy.child):
            self.holds(child.for_ in self.service.policy.waits, f"a child workflow waits for what has no default: {child}")

    def check_closed(self, view: CaseView) -> None:
        """FUP-1, FUP-3: nothing is open, and what is done has really happened."""
        open_ = [remedy for remedy in view.remedies if remedy.open]
        self.holds(not open_ or view.appeal is not None, f"closed with open remedies: {open_}")
        for remedy in view.remedies:
            if remedy.done_at is not None:
                self.check_done(view, remedy)
        if view.outcome is Outcome.WITHDRAWN:
            undone = [remedy for remedy in view.remedies if remedy.undone is not None and remedy.payment_id is None]
            theirs = [part.key for remedy in undone for part in remedy.parts]
            gone = [
                key
                for key in theirs
                if key in self.world.refunds and self.world.refunds[key].status is not ProviderRefundStatus.REFUSED
            ]
            self.holds(not gone, f"withdrawn although money went back: {gone}")

    def check_done(self, view: CaseView, remedy: RemedyView) -> None:
        key, kind = f"{view.case_id}.{remedy.id}", remedy.kind
        if remedy.refund_status is RefundStatus.ARRIVED and (view.case_id, remedy.id) not in self.by_hand:
            gone = [self.world.refunds[part.key] for part in remedy.parts if part.refund_status is RefundStatus.ARRIVED]
            arrived = sum(refund.amount.minor for refund in gone if refund.status is ProviderRefundStatus.ARRIVED)
            self.holds(remedy.amount is not None and arrived == remedy.amount.minor, f"{arrived} arrived of {remedy}")
        if REMEDIES[kind].refunds and not REMEDIES[kind].takes_pieces:
            self.holds(remedy.refund_status is RefundStatus.ARRIVED, f"done without money: {remedy}")
        if kind in {RemedyKind.COUPON, RemedyKind.CREDIT_BONUS}:
            self.holds(self.world.coupons[f"{key}.coupon"].status is CouponStatus.ISSUED, f"done without a coupon: {remedy}")
        if kind in {RemedyKind.EXCHANGE, RemedyKind.RESHIP, RemedyKind.REPAIR}:
            there = remedy.replacement is not None and remedy.replacement.stage is ReplacementStage.DELIVERED
            self.holds(there, f"done without goods: {remedy}")
        if kind is RemedyKind.RETURN_AND_REFUND:
            came = remedy.return_ is not None and remedy.return_.result in ReturnResult.giving()
            self.holds(came, f"done without a return: {remedy}")
        if kind in {RemedyKind.ORDER_CANCELLED, RemedyKind.ORDER_CHANGED}:
            made = self.service.ordering.changes[f"{key}.change"].status
            self.holds(made is ChangeStatus.CONFIRMED, f"done, but the merchant says {made}: {remedy}")

    async def check_ledger(self) -> None:
        async with self.service.database.reading() as session:
            entries = [entry for _, entry in await booked(session, self.order_id)]
        held = ledger.balances(entries)
        self.holds(sum(held.values()) == 0, f"the ledger does not sum to zero: {held}")
        promised = {account: minor for (account, _), minor in held.items() if account.startswith(("payment:", "set_aside:"))}
        self.holds(all(minor >= 0 for minor in promised.values()), f"more was given than was there: {promised}")
        self.holds(held[ledger.PROVIDER, "CNY"] >= 0, f"more arrived than was asked for: {held}")

    async def check_goods(self) -> None:
        """RES-1: no piece is taken twice."""
        order = self.world.orders[self.order_id]
        for line in order.lines:
            self.most_pieces[line.line_id] = max(self.most_pieces.get(line.line_id, 0), line.quantity)
        async with self.service.database.reading() as session:
            rows = (await session.exec(select(ItemReservationRow).where(col(ItemReservationRow.released).is_(False)))).all()
        taken = counted(row for row in rows if row.order_id == self.order_id)  # type: ignore[misc]  # a row has what is counted
        for line_id, pieces in taken.items():
            self.holds(
                pieces <= self.most_pieces.get(line_id, 0), f"{pieces} of {line_id} are taken, {self.most_pieces} were bought"
            )

    # ── at the end ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def check_end(self) -> None:
        """Every workflow ended, none of its tasks ever failed; our books are the provider's."""
        for workflow_id in await self.workflows():
            status = await self.status(workflow_id)
            if status is not None:
                await self.check_history(workflow_id, completed=status is WorkflowExecutionStatus.COMPLETED)
        async with self.service.database.reading() as session:
            entries = [entry for _, entry in await booked(session, self.order_id)]
        summary = ledger.summary(entries, "CNY")
        ours = [(state.case_id, remedy) for state in await self.states() for remedy in state.remedies if remedy.parts]
        hand = sum(
            remedy.amount.minor - sum(part.amount.minor for part in remedy.parts if self._arrived(part.key))
            for case_id, remedy in ours
            if remedy.amount is not None and (case_id, remedy.id) in self.by_hand
        )
        self.holds(not summary.under_way.minor, f"money is under way for ever: {ledger.balances(entries)}, {ours}")
        back = self.world.paid_back(self.order_id)
        self.holds(
            self.by_hand != set() or summary.refunded.minor == back + hand,
            f"the books say {summary.refunded.minor}, the provider {back}, by hand {hand}",
        )

    def _arrived(self, key: str) -> bool:
        refund = self.world.refunds.get(key)
        return refund is not None and refund.status is ProviderRefundStatus.ARRIVED

    async def check_history(self, workflow_id: str, *, completed: bool) -> None:
        """Every refusal was a clean one."""
        history = await self.service.client.get_workflow_handle(workflow_id).fetch_history()
        self.holds(completed, f"{workflow_id} ended like this: {history.events[-1]}")
        failed = [
            event
            for event in history.events
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
            and event.workflow_task_failed_event_attributes.cause not in NO_FAULT
        ]
        self.holds(not failed, f"{workflow_id}: {failed[:1]}")
