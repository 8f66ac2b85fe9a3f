"""Investigation (INV-1…4): what is proved, who is asked, who is responsible."""

from datetime import timedelta

from models.case.activities import AskPartner
from models.common.actors import SYSTEM, Actor
from models.common.base import Bilingual
from models.common.events import Event
from models.common.languages import text_in
from models.common.partners import StatementRequest
from models.common.vocabulary import Kind, Party, Role, Tier, WaitFor, WaitingOn
from models.investigation.findings import InformationRequest
from rules.facts import liability
from rules.facts.parcels import parcel_in_question
from rules.facts.questions import questions
from workflows.kit import activities
from workflows.kit.assignment import find_a_handler, wait_or_escalate
from workflows.kit.case_context import CaseContext
from workflows.stages.receipt import establish_facts, look_up

FRESH = timedelta(hours=1)
"""What partners said less than this ago is not asked again."""


async def establish(context: CaseContext) -> None:
    """Facts first; when they do not decide, the parties' statements; for a complaint, an agent's finding after that."""
    case = context.case
    if case.order is not None and (case.looked_up_at is None or case.looked_up_at < context.now - FRESH):
        await look_up(context)
    conclude(context)
    if case.kind is not Kind.INQUIRY and not decided(context):
        ask_parties(context)
        await hear_answers(context)
    context.withdraw_requests()
    if case.kind is Kind.COMPLAINT and case.tier is not Tier.MERCHANT:
        await wait_or_escalate(context, WaitFor.FINDING, lambda: decided(context) or case.tier is Tier.MERCHANT)


def conclude(context: CaseContext) -> None:
    """INV-4: what the facts say by now about responsibility; a person's finding is never overruled by a rule."""
    case = context.case
    assert case.issue is not None  # noqa: S101  # classification comes first
    establish_facts(context)
    context.note(Event.FACTS_ESTABLISHED, facts=len(case.facts))
    if case.finding is not None and case.finding.row is None:
        return
    found = liability.find(context.policy, case.issue, case.facts, context.now)
    if found is not None and (case.finding is None or case.finding.row != found.row):
        tell_finding(
            context, found.party, found.basis, found.confidence, SYSTEM, stands=liability.decisive(context.policy, found)
        )
    case.finding = found


def tell_finding(
    context: CaseContext, party: Party, basis: Bilingual, confidence: float, by: Actor, *, stands: bool = True
) -> None:
    """`stands` False: a suggestion to whoever decides."""
    context.note(
        Event.FOUND,
        by,
        party=party.value,
        basis_zh=basis.zh,
        basis_en=basis.en,
        confidence=round(confidence, 2),
        by_role=by.role.value,
        stands=stands,
    )


def decided(context: CaseContext) -> bool:
    """Nothing more needs to be asked: the finding stands, or somebody has proposed already."""
    return liability.decisive(context.policy, context.case.finding) or bool(context.case.proposals) or context.case.settled


def ask_parties(context: CaseContext) -> None:
    """Ask for what is missing, one request to each party (INV-2); what was asked stays asked until it is withdrawn."""
    case = context.case
    assert case.issue is not None  # noqa: S101
    asked = {request.of for request in case.requests if not request.withdrawn}
    needed = questions(context.policy, case.issue, case.facts)
    open_request_to = [of for of in needed if of not in asked and recipient_of(context, of) is not None]
    send(context, [open_request(context, of, needed[of], SYSTEM) for of in open_request_to])


def recipient_of(context: CaseContext, of: WaitingOn) -> str | None:
    """The id of the party to ask, when the case has one."""
    case = context.case
    if of is WaitingOn.MERCHANT:
        return case.order.merchant_id if case.order else None
    if of is WaitingOn.CARRIER:
        parcel = parcel_in_question(case.shipments, case.receipt.lines)
        return parcel.carrier_id if parcel else None
    return case.receipt.customer_id


def ask(context: CaseContext, of: WaitingOn, question: Bilingual, by: Actor) -> None:
    """Open a request and send it to the party's system; through our API it can be answered in any case."""
    send(context, [open_request(context, of, question, by)])


def open_request(context: CaseContext, of: WaitingOn, question: Bilingual, by: Actor) -> InformationRequest:
    """With a deadline, and a reminder half-way."""
    case = context.case
    recipient = recipient_of(context, of)
    assert recipient is not None  # noqa: S101  # rules/case/validation.py and ask_parties saw to it
    answers = context.policy.answers[of]
    request = InformationRequest(
        id=f"q{len(case.requests) + 1}",
        of=of,
        recipient=recipient,
        question=question,
        asked_at=context.now,
        remind_at=context.now + answers.remind_after,
        due=context.now + answers.within,
        by=by,
    )
    case.requests = (*case.requests, request)
    context.note(Event.INFORMATION_REQUESTED, by, **request.told)
    return request


def send(context: CaseContext, requests: list[InformationRequest]) -> None:
    """Merchants' and carriers' systems are told together; a customer reads it in the message of the timeline entry."""
    merchant = tuple(statement_of(context, request) for request in requests if request.of is WaitingOn.MERCHANT)
    carrier = tuple(statement_of(context, request) for request in requests if request.of is WaitingOn.CARRIER)
    if merchant or carrier:
        patience = max(request.due for request in requests if request.of is not WaitingOn.CUSTOMER) - context.now
        context.in_background(activities.ask_partners(AskPartner(merchant=merchant, carrier=carrier), patience))


def statement_of(context: CaseContext, request: InformationRequest) -> StatementRequest:
    """The request as the partner contract has it, in the party's own language where the policy knows it, else in both."""
    case = context.case
    locales = context.policy.languages.of(Role(request.of.value), request.recipient)
    return StatementRequest(
        key=f"{case.case_id}.{request.id}",
        reference=case.case_id,
        request_id=request.id,
        recipient=request.recipient,
        order_id=case.order_id,
        question=text_in(locales, request.question),
        due=request.due,
    )


async def hear_answers(context: CaseContext) -> None:
    """Wait until everybody answered or fell silent, or the case was decided meanwhile; conclude after each word."""
    case = context.case
    while case.open_requests and not decided(context):
        await find_a_handler(context)  # once it is the platform's, somebody of the team follows what comes in
        nearest = min(case.open_requests, key=lambda request: request.due)
        open_before = len(case.open_requests)
        await context.wait_for(
            nearest.of,
            WaitFor.ANSWERS,
            lambda before=open_before: len(case.open_requests) != before or decided(context),
            nearest.due,
        )
        conclude(context)
