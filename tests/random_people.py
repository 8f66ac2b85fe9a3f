"""Random people around one case: customer, merchant, carrier, agents, supervisors, partners in trouble, and silence.

They do what `available_actions` offers them, with bodies that may be good or bad, in any order. After every move the invariants hold.
"""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from random_words import Words
from service import AGENT, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.ledger import booked
from models.actions import BODIES, Act, Action
from models.bodies import Body
from models.case import CaseState
from models.changes import ChangeStatus
from models.partners import Notice
from models.people import Actor
from models.replacements import REPLACEMENT_BODIES, ReplacementAction
from models.returns import RETURN_BODIES, ReturnAction
from models.views import CaseView
from models.vocabulary import (
    ErrorType,
    Outcome,
    Reimbursement,
    Role,
    Stage,
    WaitFor,
    WaitingOn,
)
from rules.ledger import balances, summary
from rules.view import view_of

OTHER = Actor(role=Role.SUPERVISOR, id="otto")
PEOPLE = (CUSTOMER, CUSTOMER, MERCHANT, CARRIER, AGENT, AGENT, SUPERVISOR, OTHER)
REFUSALS = {ErrorType.INVALID, ErrorType.NOT_ALLOWED_NOW, ErrorType.NOT_ALLOWED_FOR_ROLE, ErrorType.TOO_MUCH, ErrorType.CLOSED}
NOTHING_GOES_BACK = {Outcome.WITHDRAWN, Outcome.NOT_PURSUED, Outcome.REJECTED, Outcome.ANSWERED}

_numbers = itertools.count(1)


@dataclass
class Wanderers(Words):
    """Everybody around one case, and all chance."""

    told: list[str] = field(default_factory=list[str])
    misses: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    timeline: list[str] = field(default_factory=list[str])

    # ── what they do ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def move(self) -> None:
        """Somebody does something, or nobody does anything for a while."""
        what = self.rng.random()
        if what < 0.62:
            await self.somebody_acts()
        elif what < 0.78:
            await self.silence(self.rng.choice((1, 7, 13, 25, 49, 24 * 8)))
        elif what < 0.9:
            await self.partners_tell()
        else:
            self.partners_change()
        await self.check()

    async def somebody_acts(self) -> None:
        actor = self.rng.choice(PEOPLE)
        view = await self.seen_by(actor)
        if not view.available_actions:
            return
        chosen = self.rng.choice(view.available_actions)
        if isinstance(chosen.action, Action):
            await self.act(actor, chosen.action, self.body(view, actor, chosen.action))
        else:
            await self.act_on_goods(view, actor, chosen.action, chosen.href)

    async def act(self, actor: Actor, action: Action, body: dict[str, Any]) -> None:
        self.told.append(f"{actor.role} {action} {body}")
        try:
            content = BODIES[action].model_validate(body)
        except ValueError:
            return  # the API refuses it at the door
        request = Act[Body](actor=actor, request_id=f"w{next(_numbers)}", body=content)
        await self._update(self.case.handle, action.value, request, CaseView)

    async def act_on_goods(self, view: CaseView, actor: Actor, action: ReturnAction | ReplacementAction, href: str) -> None:
        remedy_id = href.split("/")[-2]
        remedy = next(remedy for remedy in view.remedies if remedy.id == remedy_id)
        bodies: Any = RETURN_BODIES if isinstance(action, ReturnAction) else REPLACEMENT_BODIES
        kind = "return" if isinstance(action, ReturnAction) else "replacement"
        body = self.body_on_goods(remedy, action)
        self.told.append(f"{actor.role} {action} {body}")
        try:
            content = bodies[action].model_validate(body)
        except ValueError:
            return
        request = Act[Body](actor=actor, request_id=f"w{next(_numbers)}", body=content)
        handle = self.service.client.get_workflow_handle(f"{self.case.handle.id}.{remedy_id}.{kind}")
        await self._update(handle, action.value, request, None)

    async def _update(self, handle: Any, name: str, request: Act[Body], answer: Any) -> None:
        """A refusal is one of ours, with its rule; anything else is a bug."""
        try:
            await handle.execute_update(name, request, result_type=answer)
        except WorkflowUpdateFailedError as refused:
            cause = refused.cause
            if not isinstance(cause, ApplicationError) or cause.type not in REFUSALS:
                raise AssertionError(self.told) from refused
            self.told.append(f"  refused: {cause}")
        except RPCError as gone:
            self.told.append(f"  too late: {gone}")  # it ended meanwhile

    async def silence(self, hours: float) -> None:
        self.told.append(f"{hours} h pass")
        view = await self.seen_by(SUPERVISOR)
        for handle_id in [*self.errands(view), self.case.handle.id]:
            handle = self.service.client.get_workflow_handle(handle_id)
            if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
                await self.service.environment.fast_forward(handle, timedelta(hours=hours))

    async def partners_tell(self) -> None:
        """Refunds arrive, and are told or not; parcels move."""
        world = self.service.world
        world.arrive()
        self.told.append("refunds arrive")
        for refund in list(world.refunds.values()):
            if refund.order_id == self.order_id and self.rng.random() < 0.7:
                notice = Notice(
                    notice_id=f"n{self.rng.randrange(10**9)}",
                    partner="payment",
                    kind="refund",
                    payload=refund.model_dump(mode="json"),
                )
                await self._signal(self.case.handle.id, notice)
        view = await self.seen_by(SUPERVISOR)
        for remedy in view.remedies:
            errand = f"{self.case.handle.id}.{remedy.id}.return"
            if remedy.return_ is not None and any(label.tracking == f"LB-{errand}" for label in world.returns.labels.values()):
                moved = world.returns.scan(
                    f"LB-{errand}", self.rng.choice(("in transit", "delivered", "lost", "held at customs"))
                )
                told = moved.model_dump(mode="json")
                notice = Notice(notice_id=f"n{self.rng.randrange(10**9)}", partner="carrier", kind="shipment", payload=told)
                await self._signal(errand, notice)

    async def _signal(self, workflow_id: str, notice: Notice) -> None:
        try:
            await self.service.client.get_workflow_handle(workflow_id).signal("notice", notice)
        except RPCError as gone:
            self.told.append(f"  nobody hears: {gone}")

    def partners_change(self) -> None:
        world, rng = self.service.world, self.rng
        world.down = {partner for partner in ("merchant", "carrier", "payment", "promotion") if rng.random() < 0.15}
        world.refuses = rng.random() < 0.2
        world.refuses_coupons = rng.random() < 0.2
        world.pays_at_once = rng.random() < 0.5
        self.service.ordering.answers = rng.choice((ChangeStatus.CONFIRMED, ChangeStatus.REFUSED))
        self.told.append(f"partners: down {world.down}, refuses {world.refuses}")

    # ── what must hold ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def check(self) -> None:
        """Money ≤ paid, misses and timeline only grow, every wait has a deadline, closed only with verified effects."""
        view = await self.seen_by(SUPERVISOR)
        said = self.told[-12:]
        assert self.service.world.paid_back(self.order_id) <= self.paid, said
        now = {(miss.clock.value, miss.at.isoformat()) for miss in view.misses}
        assert self.misses <= now, said
        self.misses = now
        timeline = await self.case.timeline()
        assert timeline[: len(self.timeline)] == self.timeline, said
        self.timeline = timeline
        if view.stage is not Stage.CLOSED and view.waiting is not None:
            assert view.waiting.until.tzinfo is not None, said
            assert view.waiting.then, said
        if view.stage is Stage.CLOSED and view.outcome is not None:
            open_ = [remedy for remedy in view.remedies if remedy.done_at is None and remedy.undone is None]
            assert not open_, (said, open_)
        await self.check_ledger(said)

    async def check_ledger(self, said: list[str]) -> None:
        async with self.service.database.reading() as session:
            entries = [entry for _, entry in await booked(session, self.order_id)]
        for entry in entries:
            assert sum(posting.minor for posting in entry.postings) == 0, said
        held = balances(entries)
        assert all(minor >= 0 for (account, _), minor in held.items() if account.startswith(("payment:", "set_aside:"))), said
        assert summary(entries, "CNY").left.minor >= 0, said

    async def seen_by(self, actor: Actor) -> CaseView:
        try:
            return await self.case.seen_by(actor)
        except RPCError:
            return await self.read(actor)

    async def read(self, actor: Actor) -> CaseView:
        row = await self.case.row()
        assert row is not None
        return view_of(CaseState.model_validate(row.state), self.service.policy, actor, datetime.now(UTC))

    def errands(self, view: CaseView) -> list[str]:
        case_id = self.case.handle.id
        return [
            f"{case_id}.{remedy.id}.{kind}"
            for remedy in view.remedies
            for kind, state in (("return", remedy.return_), ("replacement", remedy.replacement))
            if state is not None and remedy.open
        ]

    # ── how it ends ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def come_to_an_end(self, most: int = 60) -> CaseView:
        """Partners are well again, the platform's people do their duty, everybody else is silent: the case closes, whatever came before."""
        world = self.service.world
        world.down, world.refuses, world.refuses_coupons = set(), False, False
        self.service.ordering.answers = ChangeStatus.CONFIRMED
        view = await self.seen_by(SUPERVISOR)
        for _ in range(most):
            world.arrive()
            view = await self.seen_by(SUPERVISOR)
            if view.stage is Stage.CLOSED and (view.appeal is None or view.appeal.granted is not None):
                await self.no_task_failed()
                return view
            await self.duty(view)
            await self.check()
        message = f"it never closed: {view.stage}, {view.waiting}, {view.remedies}\n" + "\n".join(self.told[-40:])
        raise AssertionError(message)

    async def duty(self, view: CaseView) -> None:
        """The platform's people do what the case waits for; anything else passes in silence."""
        waits = view.waiting.for_ if view.waiting else None
        held_by = OTHER if view.finding and view.finding.by.id == SUPERVISOR.id else SUPERVISOR
        sorry = {
            "options": [{"remedies": [{"kind": "explanation", "words": "so it is"}], "why": "that is all"}],
            "if_silent": "first_option",
        }
        failed = [remedy.id for remedy in view.remedies if remedy.reimbursement is Reimbursement.FAILED and remedy.open]
        proposer = next((proposal for proposal in view.proposals if proposal.state == "awaiting_approval"), None)
        duties: dict[WaitFor, tuple[Actor, Action, dict[str, Any]]] = {
            WaitFor.TRIAGE: (SUPERVISOR, Action.CLASSIFY, {"issue": "rules.platform_rule"}),
            WaitFor.FINDING: (SUPERVISOR, Action.FIND, {"party": "none", "basis": "nothing is proved"}),
            WaitFor.REPLY: (SUPERVISOR, Action.REPLY, {"words": "so it is", "solves": True}),
            WaitFor.PLAN: (SUPERVISOR, Action.PROPOSE, sorry),
            WaitFor.APPROVAL: (SUPERVISOR, Action.DECLINE, {"reason": "too much"}),
            WaitFor.ARBITRATION: (SUPERVISOR, Action.ARBITRATE, {"reason": "nothing is proved"}),
            WaitFor.APPEAL: (held_by, Action.DECIDE_APPEAL, {"granted": False, "reason": "nothing new"}),
            WaitFor.PAYMENT_REPAIR: (
                SUPERVISOR,
                Action.RECORD_REFUND,
                {"remedy_id": failed[0] if failed else "m1", "proof": "slip"},
            ),
        }
        if waits is not None and waits in duties:
            actor, action, body = duties[waits]
            if action is Action.DECLINE and proposer is not None:
                await self.act(OTHER, action, body)
            await self.act(actor, action, body)
        if view.appeal is not None and view.appeal.granted is None:
            for actor in (SUPERVISOR, OTHER):
                await self.act(actor, Action.DECIDE_APPEAL, {"granted": False, "reason": "nothing new"})
        goods_wait_for_a_person = [
            action for action in (await self.seen_by(SUPERVISOR)).available_actions if not isinstance(action.action, Action)
        ]
        if goods_wait_for_a_person and self.rng.random() < 0.3:
            chosen = self.rng.choice(goods_wait_for_a_person)
            assert not isinstance(chosen.action, Action)
            await self.act_on_goods(view, SUPERVISOR, chosen.action, chosen.href)
        if view.waiting is None or view.waiting.on is not WaitingOn.SUPERVISOR:
            await self.silence(self.rng.choice((13, 49, 24 * 8)))

    async def no_task_failed(self) -> None:
        """Not one of the workflow's tasks failed: every refusal was a clean one."""
        history = await self.case.handle.fetch_history()
        failed = [event for event in history.events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED]
        assert not failed, (failed[:1], self.told)
