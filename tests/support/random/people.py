"""Random people around the cases of one order: customer, merchant, carrier, agents, supervisors, partners in trouble, and silence.

They do what `available_actions` offers them, with bodies that may be good or bad, in any order, sometimes two at once; and they try what is
not offered. What must hold after every move is in tests/support/random/checks.py.
"""

import asyncio
import itertools
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from models.case.actions import BODIES, Act, Action
from models.case.state import CaseState
from models.case.views import CaseView
from models.claims.actions import CLAIM_BODIES, ClaimAction
from models.claims.views import ClaimView
from models.common.actors import Actor
from models.common.base import Body
from models.common.errors import Fault
from models.common.timeline import Viewer
from models.common.vocabulary import ErrorType, Role
from models.remedies.views import RemedyView
from models.replacements.state import REPLACEMENT_BODIES, ReplacementAction
from models.returns.state import RETURN_BODIES, ReturnAction
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.processes.service import Case
from tests.support.random.checks import Checks, unlike
from tests.support.random.lives import Move, Shop, What, receipt
from tests.support.random.partners import Elsewhere, News
from tests.support.random.words import Words, photo

OTHER = Actor(role=Role.SUPERVISOR, id="otto")
BOB = Actor(role=Role.AGENT, id="bob")
PEOPLE = (CUSTOMER, CUSTOMER, CUSTOMER, MERCHANT, MERCHANT, CARRIER, AGENT, AGENT, BOB, SUPERVISOR, SUPERVISOR, OTHER)
REFUSALS = {ErrorType.INVALID, ErrorType.NOT_ALLOWED_NOW, ErrorType.NOT_ALLOWED_FOR_ROLE, ErrorType.TOO_MUCH, ErrorType.CLOSED}
MOST_CASES = 2
HOURS = (1, 1, 7, 13, 25, 25, 49, 49, 24 * 8)
A_WHILE_DOWN = 3
"""Hours; a partner that is away is asked every five minutes, and each time costs the time-skipping server a third of a second."""
Anything = Action | ReturnAction | ReplacementAction | ClaimAction
ALL_BODIES: dict[type, dict[Any, type[Body]]] = {
    Action: dict(BODIES),
    ReturnAction: dict(RETURN_BODIES),
    ReplacementAction: dict(REPLACEMENT_BODIES),
    ClaimAction: dict(CLAIM_BODIES),
}
"""By their table: some actions have the same name."""

EAGER: dict[Anything, float] = {
    Action.ADD_WORDS: 0.3,
    Action.CLASSIFY: 0.3,
    Action.NOTE: 0.2,
    Action.SET_PRIORITY: 0.2,
    Action.TAKE: 0.5,
    Action.TRANSFER: 0.3,
    Action.ESCALATE: 0.5,
    Action.REPLY: 0.5,
    Action.ASK: 0.5,
    Action.FIND: 1.5,
    Action.PROPOSE: 12,
    Action.APPROVE: 12,
    Action.DECLINE: 1,
    Action.ACCEPT: 16,
    Action.REJECT: 2,
    Action.COUNTER: 2,
    Action.ARBITRATE: 12,
    Action.WITHDRAW: 0.2,
    Action.RATE: 0.5,
    Action.REOPEN: 1,
    ReturnAction.EXTEND: 0.5,
    ReturnAction.MOVE_PICKUP: 1,
    ReturnAction.CANCEL_PICKUP: 1,
    ReturnAction.BOOK_PICKUP: 2,
    ReplacementAction.OUT_OF_STOCK: 1,
}
"""How gladly people do it; what is not here, 4."""
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Deed:
    """One thing that somebody does: to which workflow, and what is sent."""

    actor: Actor
    action: Anything
    workflow_id: str
    body: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.actor.id} {self.action} {self.body} → {self.workflow_id.partition('RD-TEST')[2]}"


@dataclass
class People(Checks):
    """Everybody around one order."""

    shop: Shop = field(kw_only=True)
    elsewhere: Elsewhere = field(kw_only=True)

    async def live(self, move: Move) -> None:
        """One move, and what must hold after it."""
        moves = {
            What.ACT: self.somebody_acts,
            What.AGREE: self.come_to_an_agreement,
            What.AT_ONCE: self.two_act_at_once,
            What.UNASKED: self.somebody_tries,
            What.TIME: self.time_passes,
            What.NEWS: self.partners_tell,
            What.NOISE: self.partners_tell_again,
            What.CHANGE: self.partners_change,
            What.OPEN: self.open,
        }
        if move.what in moves:
            await moves[move.what](Random(move.number))  # noqa: S311  # the same move every time
            await self.check()

    async def open(self, rng: Random) -> None:
        if len(self.cases) == MOST_CASES:
            return
        said = receipt(rng, self.shop, self.service.policy, photo(rng))
        self.cases.append(await self.service.open(said.pop("kind"), **said))
        self.told.append(f"opened: {said['issue']} {said['lines']} wants {said['wanted']}")

    async def time_passes(self, rng: Random) -> None:
        await self.pass_time(rng.choice(HOURS))

    async def pass_time(self, hours: float) -> None:
        if self.world.down or self.world.warehouse.down:
            hours = min(hours, A_WHILE_DOWN)
        self.told.append(f"{hours} h pass")
        for workflow_id in reversed(await self.running()):
            handle = self.service.client.get_workflow_handle(workflow_id)
            with suppress(RPCError):  # it ended meanwhile
                described = await handle.describe()
                if not described.raw_description.pending_children:  # the server moves no clock of a parent
                    await self.service.environment.fast_forward(handle, timedelta(hours=hours))
        await self.at_rest()

    async def partners_tell(self, rng: Random) -> None:
        parties = [(claim.claim.claim_id, claim.claim.kind.of) for claim in await self.claims()]
        await self.hear(*self.elsewhere.news(rng, await self.states(), parties))

    async def partners_tell_again(self, rng: Random) -> None:
        heard = self.elsewhere.noise(rng, await self.running())
        await self.hear(*([heard] if heard else []))

    async def partners_change(self, rng: Random) -> None:
        skus = [sku for line in self.shop.order.lines for sku in (line.sku, f"{line.sku}-B")]
        self.told.append(f"partners: {self.elsewhere.change(rng, skus)}")

    async def hear(self, *news: News) -> None:
        for workflow_id, notice in news:
            self.told.append(f"{notice.partner} tells {notice.notice_id} {notice.kind} {notice.payload} → {workflow_id}")
            try:
                await self.service.client.get_workflow_handle(workflow_id).signal("notice", notice)
            except RPCError as gone:
                self.told.append(f"  nobody hears: {gone}")

    # ── what people do ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def somebody_acts(self, rng: Random) -> None:
        """What is offered is taken, when it is said well; the same request again changes nothing."""
        rests = await self.at_rest()
        deed, offered_by = await self.offered(rng, await self.whoever(rng))
        if deed is None:
            return
        key = f"w{next(_numbers)}"
        fault = await self.do(deed, key)
        if fault is not None and fault.type is ErrorType.CLOSED:
            await self.check()
        if fault is not None and fault.field is None and rests and deed in await self.still_offered(deed, offered_by):
            self.wrong(f"{deed} was offered and refused: {fault.detail}")
        if fault is None and rng.random() < 0.1 and await self.at_rest():
            before = await self.seen(offered_by)
            assert await self.do(deed, key) is None, self.story()
            self.same(before, await self.seen(offered_by), "the same request again")

    async def come_to_an_agreement(self, rng: Random) -> None:
        case = rng.choice(self.cases)
        for actor, action in ((SUPERVISOR, Action.PROPOSE), (OTHER, Action.APPROVE), (CUSTOMER, Action.ACCEPT)):
            await self.at_rest()
            view = await self.seen_by(case, actor)
            if any(offer.action is action for offer in view.available_actions):
                body = (await self.words(rng, case)).on_case(view, actor, action)
                await self.do(Deed(actor, action, case.handle.id, body), f"w{next(_numbers)}")

    async def two_act_at_once(self, rng: Random) -> None:
        await self.at_rest()
        both = [await self.offered(rng, await self.whoever(rng)) for _ in range(2)]
        deeds = [deed for deed, _ in both if deed is not None]
        self.told.append("at once:")
        await asyncio.gather(*(self.do(deed, f"w{next(_numbers)}") for deed in deeds))

    async def somebody_tries(self, rng: Random) -> None:
        """What is not offered is refused, and a refusal changes nothing."""
        case = rng.choice(self.cases)
        actor, action = rng.choice(PEOPLE), rng.choice(list(Action))
        rests = await self.at_rest()
        view = await self.seen_by(case, actor)
        if any(offered.action is action for offered in view.available_actions):
            return
        before = await self.seen(case)
        body = (await self.words(rng, case)).on_case(view, actor, action)
        fault = await self.do(Deed(actor, action, case.handle.id, body), f"w{next(_numbers)}")
        after = await self.seen(case)
        if rests and fault is None:
            self.wrong(f"{actor.id} was not offered {action}, and did it")
        if rests:
            self.same(before, after, "a refused action")

    async def whoever(self, rng: Random) -> Actor:
        """Mostly whose move it is."""
        waits = [view.waiting.on for view in [await self.seen(case) for case in self.cases] if view.waiting is not None]
        awaited = [actor for actor in PEOPLE for on in waits if actor.role.value == on.value]
        return rng.choice(awaited if awaited and rng.random() < 0.6 else PEOPLE)

    async def offered(self, rng: Random, actor: Actor) -> tuple[Deed | None, Case]:
        """Something that the actor may do now, to a case or to what belongs to it."""
        case = rng.choice(self.cases)
        view = await self.seen_by(case, actor)
        deeds = view.available_actions
        claims = [(claim, offer) for claim in await self.claim_views(case, actor) for offer in claim.available_actions]
        words = await self.words(rng, case)
        if claims and (not deeds or rng.random() < 0.3):
            claim, offer = rng.choice(claims)
            body = {**offer.decides, **words.on_claim(claim, offer.action)}
            return Deed(actor, offer.action, claim.claim_id, body), case
        if not deeds:
            return None, case
        deed = rng.choices(deeds, [EAGER.get(deed.action, 4.0) for deed in deeds])[0]
        action = deed.action
        if isinstance(action, Action):
            return Deed(actor, action, case.handle.id, {**deed.decides, **words.on_case(view, actor, action)}), case
        remedy = _remedy(view, deed.href)
        child = f"{case.handle.id}.{remedy.id}.{'return' if isinstance(action, ReturnAction) else 'replacement'}"
        return Deed(actor, action, child, {**deed.decides, **words.on_goods(remedy, action)}), case

    async def still_offered(self, deed: Deed, case: Case) -> list[Deed]:
        await self.at_rest()
        view = await self.seen_by(case, deed.actor)
        of_claims = [offer for claim in await self.claim_views(case, deed.actor) for offer in claim.available_actions]
        return [deed] if any(offer.action is deed.action for offer in (*view.available_actions, *of_claims)) else []

    async def do(self, deed: Deed, key: str) -> Fault | None:
        """A refusal is one of ours, with its rule; anything else is a bug. Gone meanwhile is closed."""
        self.told.append(str(deed))
        try:
            content = ALL_BODIES[type(deed.action)][deed.action].model_validate(deed.body)
        except ValueError as unfit:
            self.told.append("  refused at the door")
            return Fault(type=ErrorType.INVALID, detail=str(unfit), detail_zh="—", field="body")
        request = Act[Body](actor=deed.actor, request_id=key, body=content)
        try:
            await self.service.client.get_workflow_handle(deed.workflow_id).execute_update(deed.action.value, request)
        except WorkflowUpdateFailedError as refused:
            cause = refused.cause
            if not isinstance(cause, ApplicationError) or cause.type not in REFUSALS:
                raise AssertionError(self.story()) from refused
            self.told.append(f"  refused: {cause}")
            return Fault.model_validate(cause.details[0])
        except RPCError as gone:
            self.told.append(f"  too late: {gone}")
            return Fault(type=ErrorType.CLOSED, detail=str(gone), detail_zh="—")
        if deed.action is Action.RECORD_REFUND:
            self.by_hand.add((deed.workflow_id, deed.body["remedy_id"]))
        return None

    def same(self, before: CaseView, after: CaseView, what: str) -> None:
        """Unless something else happened meanwhile."""
        if before.version == after.version and (odd := unlike(before, after)):
            self.wrong(f"{what} changed {odd}")

    async def words(self, rng: Random, case: Case) -> Words:
        row = await case.row()
        state = CaseState.model_validate(row.state) if row else None
        return Words(self.service.policy, self.shop.order, self.shop.paid, rng, state)

    async def claim_views(self, case: Case, actor: Actor) -> list[ClaimView]:
        found: list[ClaimView] = []
        for claim in await self.claims():
            if claim.claim.case_id == case.handle.id and (claim.claim.who == actor.id or actor.role in Role.platform()):
                handle = self.service.client.get_workflow_handle(claim.claim.claim_id)
                found.append(await handle.query("view", Viewer(actor=actor), result_type=ClaimView))
        return found


def _remedy(view: CaseView, href: str) -> RemedyView:
    return next(remedy for remedy in view.remedies if remedy.id == href.split("/")[-2])
