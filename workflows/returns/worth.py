"""Goods at a reduced worth (RES-13): the customer has a word on it, and a supervisor where the customer objects; until then nothing moves."""

from pydantic import JsonValue

from models.case.actions import Act
from models.common.actors import SYSTEM, Actor
from models.common.events import Event
from models.common.vocabulary import WaitFor, WaitingOn
from models.returns.worth import (
    AgreeWorth,
    AppealWorth,
    OnSilence,
    ReducedPieces,
    ReducedWorth,
    RefuseWorth,
    RuleWorth,
    WorthAnswer,
    WorthAppeal,
    WorthRuling,
)
from rules.money.settlement import settle
from rules.returns.worth import after_refusal, in_words, ruled, worth_less
from workflows.returns.context import ReturnContext


def offer(context: ReturnContext, reduced: tuple[ReducedPieces, ...], by: Actor) -> None:
    """What the inspection accepts at a share is the customer's to decide on."""
    pieces = worth_less(reduced)
    if not pieces:
        return
    until = context.child.deadline(WaitFor.REDUCED_WORTH)
    context.change(worth=ReducedWorth(pieces=pieces, until=until))
    reason = "；".join(one.reason for one in pieces)
    context.note(Event.RETURN_WORTH_REDUCED, by, **figures(context), until=until.isoformat(), reason=reason)


async def decided(context: ReturnContext) -> None:
    """Returns when it is agreed on or refused, or when the case takes the return back."""
    while not context.child.called_off and (worth := context.state.worth) is not None and worth.answer is None:
        if worth.with_supervisor:
            await _appealed(context, worth)
        elif not await _moved(context, worth, WaitingOn.CUSTOMER, WaitFor.REDUCED_WORTH) and not context.child.called_off:
            _silent(context, worth)


async def _appealed(context: ReturnContext, worth: ReducedWorth) -> None:
    """A supervisor who lets the deadline pass is told again: nobody decides against the customer by being late."""
    assert worth.appeal is not None  # noqa: S101  # with_supervisor
    if not await _moved(context, worth, WaitingOn.SUPERVISOR, WaitFor.APPEAL) and not context.child.called_off:
        context.note(Event.RETURN_WORTH_OVERDUE, due=worth.appeal.due.isoformat())
        due = context.child.deadline(WaitFor.APPEAL)
        context.change(worth=worth.model_copy(update={"appeal": worth.appeal.model_copy(update={"due": due})}))


async def _moved(context: ReturnContext, worth: ReducedWorth, on: WaitingOn, for_: WaitFor) -> bool:
    until = worth.appeal.due if worth.with_supervisor and worth.appeal else worth.until
    return await context.child.wait_for(on, for_, lambda: context.state.worth != worth, until)


def _silent(context: ReturnContext, worth: ReducedWorth) -> None:
    """What silence counts as. After a ruling it is agreement: the worth was found by somebody who takes neither side, and the money is due."""
    on_silence = OnSilence.AGREE if worth.ruling is not None else context.policy.silent_on_worth
    match on_silence:
        case OnSilence.AGREE:
            _agreed(context, SYSTEM, silent=True)
        case OnSilence.REFUSE:
            _refused(context, SYSTEM, None, silent=True)
        case OnSilence.APPEAL:
            due = context.child.deadline(WaitFor.APPEAL)
            _objected(context, WorthAppeal(by=SYSTEM, at=context.child.now, due=due), silent=True)


def agree_worth(context: ReturnContext, act: Act[AgreeWorth]) -> None:
    _agreed(context, act.actor, silent=False)


def refuse_worth(context: ReturnContext, act: Act[RefuseWorth]) -> None:
    _refused(context, act.actor, act.body.reason, silent=False)


def appeal_worth(context: ReturnContext, act: Act[AppealWorth]) -> None:
    body, due = act.body, context.child.deadline(WaitFor.APPEAL)
    appeal = WorthAppeal(by=act.actor, at=context.child.now, due=due, words=body.words, evidence=body.evidence)
    _objected(context, appeal, silent=False)


def rule_worth(context: ReturnContext, act: Act[RuleWorth]) -> None:
    """The customer may still have the goods back instead; where nothing is worth less any more, there is nothing left to decide."""
    worth, until = _open(context), context.child.deadline(WaitFor.REDUCED_WORTH)
    ruling = WorthRuling(by=act.actor, at=context.child.now, reason=act.body.reason)
    pieces = ruled(worth, act.body.shares)
    context.change(worth=worth.model_copy(update={"pieces": pieces, "ruling": ruling, "until": until}))
    told_until = until.isoformat() if worth_less(pieces) else None
    context.note(Event.RETURN_WORTH_RULED, act.actor, **figures(context), until=told_until, reason=act.body.reason)
    if told_until is None:
        _answered(context, WorthAnswer.AGREED, silent=False)


def _agreed(context: ReturnContext, by: Actor, *, silent: bool) -> None:
    _answered(context, WorthAnswer.AGREED, silent=silent)
    context.note(Event.RETURN_WORTH_AGREED, by, **figures(context), silent=silent)


def _refused(context: ReturnContext, by: Actor, reason: str | None, *, silent: bool) -> None:
    told = figures(context)
    assert context.state.inspection is not None  # noqa: S101  # it comes with one
    context.change(inspection=after_refusal(context.state.inspection, _open(context)))
    _answered(context, WorthAnswer.REFUSED, silent=silent)
    context.note(Event.RETURN_WORTH_REFUSED, by, **told, silent=silent, reason=reason)


def _objected(context: ReturnContext, appeal: WorthAppeal, *, silent: bool) -> None:
    context.change(worth=_open(context).model_copy(update={"appeal": appeal}))
    due = appeal.due.isoformat()
    context.note(Event.RETURN_WORTH_APPEALED, appeal.by, **figures(context), silent=silent, due=due, words=appeal.words)


def _answered(context: ReturnContext, answer: WorthAnswer, *, silent: bool) -> None:
    told = {"answer": answer, "answered_at": context.child.now, "silent": silent}
    context.change(worth=_open(context).model_copy(update=told))


def _open(context: ReturnContext) -> ReducedWorth:
    worth = context.state.worth
    assert worth is not None  # noqa: S101  # rules/returns/permissions.py saw to it
    return worth


def figures(context: ReturnContext) -> dict[str, JsonValue]:
    """The shares, and what they come to, as entries and letters tell them."""
    settlement, worth = settle(context.state), _open(context)
    return {
        "shares": list(in_words(worth.pieces)),
        "pieces": sum(one.quantity for one in worth.pieces),
        "amount_minor": settlement.refund,
        "whole_minor": settlement.refund + settlement.reduced.minor,
        "currency": context.state.agreed.currency,
    }
