"""What becomes of a chargeback when its provider tells of it, its deadline comes near, or people answer (RES-12). Pure: state in, state out."""

from datetime import datetime

from pydantic import JsonValue

from models.chargebacks.partner import AnswerKind, Chargeback, ChargebackAnswer, ChargebackStatus, EvidencePack
from models.chargebacks.policy import ChargebackPolicy
from models.chargebacks.state import Answer, AnswerState, ChargebackEntry, ChargebackState
from models.common.actors import SYSTEM, Actor
from models.common.base import Money
from models.common.events import Event
from rules.chargebacks.bookings import fees_of


def noted(state: ChargebackState, event: Event, at: datetime, by: Actor = SYSTEM, /, **data: JsonValue) -> ChargebackState:
    """With one thing more that happened."""
    told = state.told
    own: dict[str, JsonValue] = {"chargeback_id": state.chargeback_id, "order_id": state.order_id}
    if told is not None:
        own |= {"phase": told.phase.value, "reason": told.reason}
        own |= {"amount_minor": told.amount.minor, "currency": told.amount.currency}
    entry = ChargebackEntry(version=state.version + 1, at=at, event=event, by=by, data={**own, **data})
    return state.model_copy(update={"version": entry.version, "entries": (*state.entries, entry)})


def heard(state: ChargebackState, told: Chargeback, at: datetime, twice_minor: int = 0) -> ChargebackState:
    """As the provider has it now. `twice_minor`: of one that was lost, what a refund gave already."""
    before = state.told
    told = _as_answered(state, told)
    state = _with_answer(state.model_copy(update={"told": told}), told, at)
    until = told.answer_by.isoformat() if told.answer_by else None
    if before is None:
        state = noted(state, Event.CHARGEBACK_OPENED, at, until=until)
    elif before.phase is not told.phase:
        state = noted(_asked_anew(state), Event.CHARGEBACK_TAKEN, at, until=until)
    elif told.open and (before.status, before.answer_by) != (told.status, told.answer_by):
        awaited = told.status is ChargebackStatus.NEEDS_RESPONSE
        state = _asked_anew(state) if awaited and before.status is not told.status else state
        by_then = until if awaited else None
        state = noted(state, Event.CHARGEBACK_MOVED, at, status=told.status.value, until=by_then)
    ended = (before is None or before.open or _result(before) != _result(told)) and not told.open
    if not told.open:  # a refund may come back later: then they have it once
        twice = Money(minor=twice_minor, currency=told.amount.currency) if twice_minor else None
        state = state.model_copy(update={"twice": twice, "closed_at": at if ended else state.closed_at})
    if ended:
        fee: dict[str, JsonValue] = {"fee_minor": fees_of(told), "fee_currency": told.fee.currency if told.fee else None}
        lost: dict[str, JsonValue] = {"lost_minor": told.lost_minor, "twice_minor": twice_minor}
        state = noted(state, Event.CHARGEBACK_CLOSED, at, status=told.status.value, **lost, **fee)
    return state.model_copy(update={"closed_at": None}) if told.open and state.closed_at else state


def due(state: ChargebackState, policy: ChargebackPolicy, at: datetime) -> ChargebackState:
    """Warned, or missed: once each, and only while nobody has answered."""
    until = state.answer_until
    if until is None or state.missed_at is not None:
        return state
    if at >= until:
        return noted(state.model_copy(update={"missed_at": at}), Event.CHARGEBACK_MISSED, at, until=until.isoformat())
    passed = sum(at >= until - before for before in policy.warn_before)
    if passed > state.warned:
        state = noted(state.model_copy(update={"warned": passed}), Event.CHARGEBACK_DUE, at, until=until.isoformat())
    return state


def next_look(state: ChargebackState, policy: ChargebackPolicy, at: datetime) -> datetime | None:
    """When something is due by itself; None: it is over."""
    if not state.open or (state.told is None and at >= state.heard_at + policy.lookback):
        return None
    until = state.answer_until
    moments = [until - before for before in policy.warn_before] + [until] if until and state.missed_at is None else []
    return min((moment for moment in (*moments, at + policy.look_every) if moment > at), default=at + policy.look_every)


def answered(  # an answer has so many parts
    state: ChargebackState, kind: AnswerKind, evidence: EvidencePack | None, by: Actor, at: datetime, *, above_limit: bool
) -> ChargebackState:
    """A person answers: at once, or, above their limit, when another person has approved it."""
    number = state.answers + 1
    stands = AnswerState.PROPOSED if above_limit else AnswerState.APPROVED
    answer = Answer(number=number, kind=kind, evidence=evidence, state=stands, by=by, at=at)
    if above_limit:
        until = state.answer_until
        told: dict[str, JsonValue] = {"until": until.isoformat() if until else None}
        state = noted(state, Event.CHARGEBACK_ANSWER_PROPOSED, at, by, answer=kind.value, **told)
    else:
        answer = answer.model_copy(update={"approved_by": by})
        state = noted(state, Event.CHARGEBACK_ANSWER_APPROVED, at, by, answer=kind.value)
    return state.model_copy(update={"answer": answer, "answers": number})


def approved(state: ChargebackState, by: Actor, at: datetime) -> ChargebackState:
    """Another person agrees to what was proposed."""
    assert state.answer is not None  # noqa: S101  # rules/chargebacks/permissions.py
    answer = state.answer.model_copy(update={"state": AnswerState.APPROVED, "approved_by": by})
    state = noted(state, Event.CHARGEBACK_ANSWER_APPROVED, at, by, answer=answer.kind.value)
    return state.model_copy(update={"answer": answer})


def declined(state: ChargebackState, words: str, by: Actor, at: datetime) -> ChargebackState:
    """Another person does not agree; the proposal is gone."""
    assert state.answer is not None  # noqa: S101
    state = noted(state, Event.CHARGEBACK_ANSWER_DECLINED, at, by, answer=state.answer.kind.value, words=words)
    return state.model_copy(update={"answer": None})


def sent(state: ChargebackState, at: datetime) -> ChargebackState:
    """The provider has our answer."""
    assert state.answer is not None  # noqa: S101
    state = noted(state, Event.CHARGEBACK_ANSWER_SENT, at, answer=state.answer.kind.value)
    return _with(state, {"state": AnswerState.SENT, "sent_at": at})


def refused(state: ChargebackState, words: str, at: datetime) -> ChargebackState:
    """The provider does not take our answer, and says why."""
    assert state.answer is not None  # noqa: S101
    until = state.answer_until
    told: dict[str, JsonValue] = {"until": until.isoformat() if until else None}
    state = noted(state, Event.CHARGEBACK_ANSWER_REFUSED, at, answer=state.answer.kind.value, refusal=words, **told)
    return _with(state, {"state": AnswerState.REFUSED, "refusal": words})


def to_send(state: ChargebackState) -> ChargebackAnswer | None:
    """The answer that the provider is to get; None: none was approved, or it awaits none any more."""
    answer, told = state.answer, state.told
    if answer is None or answer.state is not AnswerState.APPROVED:
        return None
    if told is None or told.status is not ChargebackStatus.NEEDS_RESPONSE:
        return None
    return ChargebackAnswer(
        key=key_of(state, answer), chargeback_id=state.provider_id, kind=answer.kind, evidence=answer.evidence
    )


def key_of(state: ChargebackState, answer: Answer) -> str:
    return f"{state.chargeback_id}.{answer.number}"


def _with_answer(state: ChargebackState, told: Chargeback, at: datetime) -> ChargebackState:
    """An answer whose receipt got lost has been sent all the same."""
    answer = state.answer
    if answer is None or answer.state is not AnswerState.APPROVED or told.answer_key != key_of(state, answer):
        return state
    return sent(state, at)


def _as_answered(state: ChargebackState, told: Chargeback) -> Chargeback:
    """A provider that has one word for what was lost and for what we gave in to: we know which it was."""
    answer = state.answer
    gave_in = (
        answer is not None and answer.kind is AnswerKind.ACCEPTANCE and answer.state in {AnswerState.APPROVED, AnswerState.SENT}
    )
    lost = told.status is ChargebackStatus.LOST
    return told.model_copy(update={"status": ChargebackStatus.ACCEPTED}) if lost and gave_in else told


def _asked_anew(state: ChargebackState) -> ChargebackState:
    """The bank asks once more: what was answered before is no answer to that."""
    answer = state.answer if state.answer is not None and state.answer.state is not AnswerState.SENT else None
    return state.model_copy(update={"answer": answer, "warned": 0, "missed_at": None})


def _with(state: ChargebackState, change: dict[str, object]) -> ChargebackState:
    """With a change of the answer."""
    assert state.answer is not None  # noqa: S101
    return state.model_copy(update={"answer": state.answer.model_copy(update=change)})


def _result(told: Chargeback) -> tuple[object, ...]:
    return told.status, told.lost_minor, fees_of(told)
