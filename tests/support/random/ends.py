"""How a random life ends: partners are well again, the platform's people do their duty, everybody else is silent. Then every workflow is over."""

from random import Random
from typing import Any

from models.case.actions import Action
from models.case.views import CaseView
from models.claims.actions import ClaimAction
from models.common.actors import Actor
from models.common.vocabulary import RefundStatus, Stage, WaitFor
from tests.support.builders.actors import SUPERVISOR
from tests.support.random.people import OTHER, Deed, People

MOST = 90
HOURS = (13, 49, 24 * 8)
Duty = tuple[Actor, Action, dict[str, Any]]
SORRY = {
    "options": [{"remedies": [{"kind": "explanation", "words": "so it is"}], "why": "that is all"}],
    "if_silent": "first_option",
}


async def come_to_an_end(people: People) -> None:
    """Whatever came before, everything ends, with what must hold."""
    people.told.append("everybody is well again")
    people.elsewhere.mend()
    rng = Random(0)  # noqa: S311  # an order of things, no secret
    for round_ in range(MOST):
        people.world.arrive()
        if not await people.running():
            await people.check()
            await people.check_end()
            return
        for case in people.cases:
            view = await people.seen(case)
            if view.stage is not Stage.CLOSED or view.appeal is not None:
                await _duties(people, view)
        await _claims(people)
        await people.pass_time(HOURS[round_ % 3] if round_ < MOST // 2 else rng.choice(HOURS))
        await people.check()
    states = [(state.case_id, state.stage, state.wait, state.remedies) for state in await people.states()]
    people.wrong(f"it never ended: {await people.running()}, {states}, {await people.claims()}")


async def _duties(people: People, view: CaseView) -> None:
    """The platform's people do what the case waits for; anything else passes in silence."""
    waits = view.waiting.for_ if view.waiting else None
    failed = [remedy.id for remedy in view.remedies if remedy.refund_status is RefundStatus.FAILED and remedy.open]
    done: dict[WaitFor, Duty] = {
        WaitFor.TRIAGE: (SUPERVISOR, Action.CLASSIFY, {"issue": "rules.platform_rule"}),
        WaitFor.FINDING: (SUPERVISOR, Action.FIND, {"party": "none", "basis": "nothing is proved"}),
        WaitFor.REPLY: (SUPERVISOR, Action.REPLY, {"words": "so it is", "solves": True}),
        WaitFor.PLAN: (SUPERVISOR, Action.PROPOSE, SORRY),
        WaitFor.APPROVAL: (SUPERVISOR, Action.DECLINE, {"reason": "too much"}),
        WaitFor.ARBITRATION: (SUPERVISOR, Action.ARBITRATE, {"reason": "nothing is proved"}),
        WaitFor.PAYMENT_REPAIR: (SUPERVISOR, Action.RECORD_REFUND, {"remedy_id": failed[0] if failed else "m1", "proof": "slip"}),
    }
    duties = [done[waits]] if waits is not None and waits in done else []
    if waits is WaitFor.PLAN and view.issue is not None:
        kinds = people.service.policy.issues[view.issue].remedies
        if "explanation" not in kinds:
            duties.append((SUPERVISOR, Action.CLASSIFY, {"issue": "rules.platform_rule"}))
    if waits is WaitFor.APPROVAL:
        duties.append((OTHER, Action.DECLINE, {"reason": "too much"}))
    if view.appeal is not None and view.appeal.granted is None:
        duties += [(actor, Action.DECIDE_APPEAL, {"granted": False, "reason": "nothing new"}) for actor in (SUPERVISOR, OTHER)]
    for number, (actor, action, body) in enumerate(duties):
        await people.do(Deed(actor, action, view.case_id, body), f"d{len(people.told)}.{number}")


async def _claims(people: People) -> None:
    """What nobody pays is written off; what we owe is paid."""
    for claim in await people.claims():
        for view in [view for case in people.cases for view in await people.claim_views(case, SUPERVISOR)]:
            if view.claim_id != claim.claim.claim_id or view.waiting is None or view.waiting.on.value != "supervisor":
                continue
            open_ = {offer.action for offer in view.available_actions}
            duty = ClaimAction.WRITE_OFF if ClaimAction.WRITE_OFF in open_ else ClaimAction.SETTLE
            body = {"reason": "enough"} if duty is ClaimAction.WRITE_OFF else {"proof": "slip"}
            await people.do(Deed(SUPERVISOR, duty, view.claim_id, body), f"d{len(people.told)}")
