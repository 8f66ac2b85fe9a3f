"""A case as one viewer may see it: the same from the workflow's query, an update's answer and the table's row.

It is made whole, and then the viewer is left what is theirs (rules/common/readers.py).
"""

from collections.abc import Mapping
from datetime import datetime

from models.case.actions import Action
from models.case.relation_views import AbsorbedView, MergedView, SplitFromView, SplitOffView
from models.case.state import CaseState
from models.case.views import (
    ActionView,
    ArchiveView,
    CaseView,
    ClassificationView,
    ClockView,
    GradeView,
    MissView,
    ProposalView,
    RequestView,
    SnoozedView,
    SuggestionView,
    TransferView,
    WaitView,
)
from models.common.actors import Actor
from models.common.calendars import CalendarSlice
from models.common.vocabulary import Locale, Tier
from models.investigation.clocks import Clock
from models.investigation.findings import InformationRequest, Saying
from models.policy.policy import PolicySlice
from models.remedies.remedy import Proposal, Remedy
from models.remedies.views import RefundWayView, RemedyView
from rules.case import deadlines
from rules.case.appeals import last_moment, may_appeal, too_late
from rules.case.decided import decides
from rules.case.permissions import allowed_actions
from rules.case.sayings import is_there, saying_view
from rules.common import sla_clock
from rules.common.readers import as_seen
from rules.common.working_time import provisional
from rules.replacements import view as replacement_view
from rules.returns import view as return_view


def view_of(case: CaseState, policy: PolicySlice, actor: Actor, now: datetime, locale: Locale | None = None) -> CaseView:
    """What the viewer may see of the case, and do. `locale` None: the case's own language."""
    return as_seen(_whole(case, policy, actor, now, locale), actor)


def _whole(case: CaseState, policy: PolicySlice, actor: Actor, now: datetime, locale: Locale | None) -> CaseView:
    language = locale or case.receipt.locale
    issue = policy.issues.get(case.issue) if case.issue else None
    return CaseView(
        case_id=case.case_id,
        version=case.version,
        kind=case.kind,
        stage=case.stage,
        channel=case.receipt.channel,
        customer_id=case.receipt.customer_id,
        order_id=case.order_id,
        merchant_id=case.order.merchant_id if case.order else None,
        carriers=tuple(sorted({shipment.carrier_id for shipment in case.shipments})),
        lines=case.receipt.lines,
        description=case.receipt.description,
        evidence=case.receipt.evidence,
        wanted=case.receipt.wanted,
        issue=case.issue,
        issue_name=issue.name.in_(language) if issue else None,
        classification=case.classification and ClassificationView.from_state(case.classification),
        grade=case.grade and GradeView.from_state(case.grade),
        tier=case.tier,
        team=case.team,
        handler=case.handler.id if case.handler else None,
        owner=case.owner.id if case.owner else None,
        transfer=case.transfer and TransferView.from_state(case.transfer),
        tags=case.tags,
        snoozed=case.snoozed and SnoozedView.from_state(case.snoozed),
        watchers=tuple(watcher.id for watcher in case.watchers),
        suggestion=case.suggestion and SuggestionView.from_state(case.suggestion),
        waiting=_wait(case, policy, language),
        clocks=tuple(clock_view(clock, case.tier, policy.calendars, now) for clock in case.clocks),
        misses=tuple(
            MissView(clock=miss.clock, at=miss.at, due=miss.due, held_by=miss.held_by, handler=miss.handler)
            for miss in case.misses
        ),
        facts=case.facts,
        sayings=tuple(saying_view(case, saying) for saying in _said(case)),
        requests=tuple(_request(request, language) for request in case.requests),
        finding=case.finding,
        proposals=tuple(_proposal(proposal) for proposal in case.proposals),
        remedies=tuple(map(_remedy, case.remedies)),
        automatic=case.automatic,
        checks=case.checks,
        review=case.review,
        history=case.history,
        appeal=case.appeal,
        appeals_before=case.appeals_before,
        appeal_until=last_moment(case, policy) if may_appeal(case, actor) else None,
        survey=case.survey,
        outcome=case.outcome,
        archive=case.archive and ArchiveView.from_state(case.archive),
        merged=case.merged and MergedView.from_state(case.merged),
        absorbed=tuple(AbsorbedView.from_state(one) for one in case.absorbed),
        split_off=tuple(SplitOffView.from_state(one) for one in case.split_off),
        split_from=case.split_from and SplitFromView.from_state(case.split_from),
        reopened=case.reopened,
        opened_at=case.receipt.received_at,
        closed_at=case.closed_at,
        policy_version=case.policy_version,
        undelivered=case.undelivered,
        unreached_since=case.unreached_since,
        reply_owed_since=case.reply_owed_since,
        settled=case.settled,
        solution=case.solutions or None,
        available_actions=tuple(
            ActionView(action=action, href=f"/v1/cases/{case.case_id}/{action}", decides=decides(case, action))
            for action in allowed_actions(case, actor)
            if action is not Action.APPEAL or not too_late(case, policy, now)
        )
        + child_actions(case, actor),
    )


def _said(case: CaseState) -> list[Saying]:
    """In the order in which it was said, with what was said on cases that go on in this one."""
    there = [saying for saying in case.sayings if is_there(case, saying)]
    return sorted(there, key=lambda saying: saying.at) if case.absorbed else there


def child_actions(case: CaseState, actor: Actor) -> tuple[ActionView, ...]:
    """What may be done to the goods that are on their way: each where its child workflow is."""
    return tuple(
        ActionView(action=one.action, href=one.href, decides=one.decides)
        for one in (*return_view.open_actions(case, actor), *replacement_view.open_actions(case, actor))
    )


def _wait(case: CaseState, policy: PolicySlice, locale: Locale) -> WaitView | None:
    waiting = deadlines.waiting(case, policy)
    if case.wait is None or waiting is None:
        return None
    then = waiting.then.in_(locale)
    return WaitView(on=waiting.whose, for_=case.wait.for_, until=waiting.at, provisional=waiting.provisional, then=then)


def clock_view(clock: Clock, tier: Tier, calendars: Mapping[str, CalendarSlice], now: datetime) -> ClockView:
    """A promise of a case that this tier holds, as it stands."""
    calendar = calendars[clock.calendar]
    read = sla_clock.hand_over(clock, tier, now, calendar)  # counted up to now, changes nothing else
    due = sla_clock.due(clock, calendar)
    return ClockView(
        name=clock.name,
        state=sla_clock.state(clock),
        target_seconds=int(clock.target.total_seconds()),
        used_seconds=int(read.used.total_seconds()),
        used_by_tier={tier: int(used.total_seconds()) for tier, used in read.used_by_tier.items()},
        due=due,
        provisional=due is not None and provisional(calendar, due),
        paused=bool(clock.pauses),
        stopped=clock.stopped_at is not None,
    )


def _request(request: InformationRequest, locale: Locale) -> RequestView:
    return RequestView(
        id=request.id,
        of=request.of,
        recipient=request.recipient,
        question=request.question.in_(locale),
        asked_at=request.asked_at,
        remind_at=request.remind_at,
        due=request.due,
        by=request.by,
        reminded=request.reminded,
        silent=request.silent,
        withdrawn=request.withdrawn,
        answer=request.answer,
        admits=request.admits,
    )


def _remedy(remedy: Remedy) -> RemedyView:
    ways = tuple(
        RefundWayView(to=part.to, method=part.method, amount=part.amount, refund_status=part.refund_status)
        for part in remedy.parts
        if not part.paid_otherwise
    )
    return RemedyView.from_state(remedy).model_copy(update={"refund_ways": ways})


def _proposal(proposal: Proposal) -> ProposalView:
    states = {
        "awaiting_approval": proposal.needs_approval and proposal.declined is None,
        "accepted": proposal.accepted is not None,
        "refused": proposal.refused is not None,
        "declined": proposal.declined is not None,
        "lapsed": proposal.lapsed,
    }
    return ProposalView(
        id=proposal.id,
        version=proposal.version,
        round=proposal.round,
        by=proposal.by.role,
        at=proposal.at,
        options=proposal.options,
        amount=proposal.amount,
        until=proposal.until,
        if_silent=proposal.if_silent,
        state=next((name for name, holds in states.items() if holds), "standing"),
        accepted=proposal.accepted,
        refused=proposal.refused,
        declined=proposal.declined,
        counter_amount=proposal.counter_amount,
        counter_remedy=proposal.counter_remedy,
    )
