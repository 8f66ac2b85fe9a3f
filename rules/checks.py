"""Whether what a person sends fits the case: checked before anything changes, so that a bad action leaves nothing half-done."""

from models.actions import (
    Accept,
    Act,
    Answer,
    Arbitrate,
    Ask,
    Body,
    Counter,
    Propose,
    RecordRefund,
    RetryRefund,
)
from models.base import Money
from models.case import CaseState
from models.errors import Fault
from models.policy import PolicySlice
from models.vocabulary import ErrorType, Reimbursement, WaitingOn
from rules.remedies import currency_of, unfit


def unfit_body(case: CaseState, policy: PolicySlice, act: Act[Body]) -> Fault | None:
    """The fault of an action's content, naming field and rule; None when it fits."""
    match act.body:
        case Answer() as body:
            fault = _answer(case, act, body)
        case Ask() as body:
            fault = _ask(case, body)
        case Propose() as body:
            fault = _propose(case, policy, body)
        case Arbitrate() as body:
            fault = _invalid("remedies", "RES-2", unfit(case, policy, body.remedies))
        case Accept() as body:
            fault = _accept(case, body)
        case Counter(amount=Money(currency=currency)) if currency != currency_of(case, policy):
            fault = _invalid("amount.currency", "RES-2", f"the order is in {currency_of(case, policy)}")
        case RetryRefund() | RecordRefund() as body:
            fault = _failed_refund(case, body)
        case _:
            fault = None
    return fault


def _invalid(field: str, rule: str, detail: str | None) -> Fault | None:
    return Fault(type=ErrorType.INVALID, detail=detail, field=field, rule=rule) if detail else None


def _answer(case: CaseState, act: Act[Body], body: Answer) -> Fault | None:
    mine = [
        request for request in case.requests if request.of.value == act.actor.role.value and request.recipient == act.actor.id
    ]
    request = next((request for request in mine if request.id == body.request_id), None)
    if request is None:
        return _invalid("request_id", "INV-2", f"there is no request {body.request_id} to you on this case")
    if not request.open:
        return Fault(
            type=ErrorType.NOT_ALLOWED_NOW,
            detail=f"the request {body.request_id} is closed; add_words still reaches whoever decides",
            field="request_id",
            rule="INV-2",
        )
    return None


def _ask(case: CaseState, body: Ask) -> Fault | None:
    askable = {WaitingOn.CUSTOMER}
    if case.order is not None:
        askable.add(WaitingOn.MERCHANT)
    if case.shipments:
        askable.add(WaitingOn.CARRIER)
    if body.of in askable:
        return None
    return _invalid("of", "INV-2", f"nobody to ask: this case has {', '.join(sorted(askable))}")


def _propose(case: CaseState, policy: PolicySlice, body: Propose) -> Fault | None:
    for number, option in enumerate(body.options):
        fault = _invalid(f"options.{number}.remedies", "RES-3", unfit(case, policy, option.remedies))
        if fault is not None:
            return fault
    return None


def _accept(case: CaseState, body: Accept) -> Fault | None:
    proposal = case.standing_proposal
    count = len(proposal.options) if proposal else 0
    return None if body.option <= count else _invalid("option", "RES-2", f"the proposal has {count} option(s)")


def _failed_refund(case: CaseState, body: RetryRefund | RecordRefund) -> Fault | None:
    failed = [remedy.id for remedy in case.remedies if remedy.reimbursement is Reimbursement.FAILED and remedy.open]
    if body.remedy_id in failed:
        return None
    return _invalid("remedy_id", "RES-5", f"no failed refund {body.remedy_id}; failed are: {', '.join(failed)}")
