"""What may be done with an order over HTTP (RES-1, RES-8): for a shop's page before there is a case, and for a case as it stands."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from pydantic import Field

from adapters.database.history import read_history
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, CaseId, Language, Parts, PartsOf, only_for
from api.http.lookup import find
from api.http.partner_data import Seen, order_in_sight
from api.http.problems import problem
from api.http.responses import ALWAYS, problems
from api.http.routes import SeenRoute
from models.case.activities import Recall
from models.case.state import CaseState
from models.common.base import Frozen, Identifier, Instant, Money, stored
from models.common.lines import LineQuantity
from models.common.partners import Order
from models.common.readers import Books, Everybody, Platform
from models.common.vocabulary import ErrorType, Issue, Locale, Party, RemedyKind, Role
from models.remedies.eligibility import Entitlement
from models.remedies.offers import OptionOffer
from models.remedies.order_change import ChangeKind
from rules.common.counting import counting_of
from rules.facts.establish import facts_of
from rules.money.approvals import without_approval
from rules.money.goods import history_of
from rules.money.methods import refund_methods
from rules.policy.load import slice_policy
from rules.remedies.ask import Ask
from rules.remedies.eligibility import eligible
from rules.remedies.suggestion import suggested

router = APIRouter(prefix="/v1", tags=["eligibility"], route_class=SeenRoute)

READERS = frozenset({Role.CUSTOMER, Role.MERCHANT, Role.AGENT, Role.SUPERVISOR})


class EligibilityQuestion(Frozen):
    """About which order, and what is wrong with it."""

    order_id: Identifier
    issue: Issue | None = Field(default=None, description="None: every issue, rules that are the same told once.")
    lines: tuple[LineQuantity, ...] = Field(default=(), max_length=100, description="None: every line of the order.")


class EntitlementShown(Frozen):
    """One remedy under the rule that decided."""

    kind: Everybody[RemedyKind]
    issues: Everybody[tuple[Issue, ...]] = Field(description="Of which issues this is true.")
    allowed: Everybody[bool]
    rule: Everybody[str] = Field(
        description="The id of the policy's row that decided, of a yes as of a no.", examples=["no-reason-return"]
    )
    reason: Everybody[str]
    firm: Everybody[bool] = Field(description="Refused, and nobody may go beyond it.")
    max_quantity: Everybody[int]
    max_amount: Everybody[Money | None]
    until: Everybody[Instant | None] = Field(
        description="Until when it may be asked for; null: no limit, or the goods have not arrived yet."
    )
    last_day: Everybody[date | None] = Field(
        description="The last day on which it may be asked for, in the market's zone; null: no limit, or one to the minute (`until`)."
    )
    provisional: Everybody[bool] = Field(
        description="The last day lies in a year whose days off are not announced, and may move once they are."
    )
    changes: Everybody[tuple[ChangeKind, ...]] = Field(
        description="Of a cancellation or change before shipping: which kinds are open."
    )
    freight: Everybody[Party | None] = Field(description="Who pays for goods that travel; null: none do.")
    freight_rule: Everybody[str | None]
    freight_why: Everybody[str | None]
    freight_most: Everybody[Money | None] = Field(
        description="When the customer pays: at most so much is deducted for a label or pick-up of ours; null: what it costs, or nothing."
    )
    restocking: Everybody[Money | None] = Field(
        description="Of a return of goods that are only not wanted: what is kept of the refund for all pieces of the line; null: nothing."
    )
    restocking_why: Everybody[str | None]


class LineShown(Frozen):
    line_id: Everybody[Identifier]
    title: Everybody[str]
    bought: Everybody[int]
    left: Everybody[int] = Field(description="Pieces that no other request has taken.")
    remedies: Everybody[tuple[EntitlementShown, ...]]


class EligibilityShown(Frozen):
    """What may be done with the order, line by line."""

    order_id: Everybody[Identifier]
    issue: Everybody[Issue | None]
    at: Everybody[Instant] = Field(description="The moment that time limits are measured at: when the customer asked.")
    left: Everybody[Money] = Field(
        description="What may still be agreed on as refunds of the order, over all its cases. Of a payment that a chargeback holds it is paid "
        "once that is decided: `in_chargebacks` of the order's ledger."
    )
    refund_methods: Everybody[tuple[str, ...]] = Field(
        description="Where a refund may be wished to go (`wanted.method`): what paid for the order, by name, or `balance`.",
        examples=[["alipay", "balance"]],
    )
    policy_version: Everybody[str]
    lines: Everybody[tuple[LineShown, ...]]
    without_approval: Books[Money | None] = Field(
        default=None,
        description="Of a case: what you may still give on its order before another person has to approve it; null: any amount.",
    )
    suggestion: Platform[OptionOffer | None] = Field(
        default=None, description="Of a case: the option that lies nearest, as `propose` takes it; null: there is none."
    )


QUESTIONS: Any = {
    "order": {"summary": "What can I do with this order? · 这个订单可以怎么处理", "value": {"order_id": "O-1001"}},
    "issue": {
        "summary": "One line, one issue · 某一行商品的质量问题",
        "value": {"order_id": "O-1001", "issue": "product.quality_defect", "lines": [{"line_id": "L1", "quantity": 1}]},
    },
}


@router.post(
    "/eligibility",
    summary="What may be done with an order · 订单可申请的售后",
    responses=problems(*ALWAYS, 404),
    dependencies=[Depends(check_body)],
)
async def ask(
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    question: Annotated[EligibilityQuestion, Body(openapi_examples=QUESTIONS)],
) -> EligibilityShown:
    """Which remedies are open, until when, up to what quantity and amount, who pays the freight; each yes and no with its rule.

    With the token of the order's customer or merchant, or of the platform's people. Nothing is opened or kept. Partners are asked
    at once: while one is away, the answer is 503 with `Retry-After`.
    """
    only_for(caller, READERS)
    seen = await order_in_sight(parts.partners, caller, question.order_id)
    check_lines(seen[0], question.lines)
    asked = await asked_now(parts, seen, question.issue, question.lines)
    return _shown(asked, language)


async def asked_now(parts: Parts, seen: Seen, issue: Issue | None, lines: tuple[LineQuantity, ...]) -> Ask:
    """What eligibility follows from while there is no case: the partners' answers, our books, and the facts in them."""
    order, shipments, payments = seen
    now = datetime.now(UTC)
    policy = slice_policy(parts.policy, now)
    recall = Recall(order_id=order.order_id, customer_id=order.customer_id, currency=policy.currency, at=now)
    async with parts.database.reading() as session:
        history = history_of(await read_history(session, recall), policy.currency, now)
    facts = facts_of(
        order=order,
        shipments=shipments,
        payments=payments,
        lines=lines,
        requests=(),
        sayings=(),
        evidence=0,
        now=now,
        warranties=policy.eligibility.warranty_months,
        counting=counting_of(policy, order),
        given_for_goods=history.for_goods_minor,
    )
    return Ask(policy, order, shipments, payments, history, now, issue, lines, None, facts)


@router.get(
    "/cases/{case_id}/eligibility",
    summary="What may be done in a case · 工单可采用的处理方式",
    responses=problems(*ALWAYS, 404, 409, 504),
)
async def of_case(parts: PartsOf, caller: CallerOf, language: Language, case_id: CaseId) -> EligibilityShown:
    """The same for a case as it stands, from what it knows of its order: the limits of whoever proposes.

    Time limits are measured at the moment the case was opened: waiting for a decision costs nobody a right.
    """
    only_for(caller, READERS)
    row = await find(parts, caller, case_id)
    case = stored(CaseState, row.state) if row else None
    if case is None or case.order is None:
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            f"The case has no verified order (yet), so nothing can be said of its goods. See GET /v1/cases/{case_id}.",
            f"工单尚无已核实的订单，无法判断可采用的处理方式。请见 GET /v1/cases/{case_id}。",
            rule="RES-1",
        )
    policy = slice_policy(parts.policy, datetime.now(UTC))
    most = without_approval(case, policy, caller.actor, case.order.total.currency)
    alone = None if most is None else Money(minor=most, currency=case.order.total.currency)
    own = {"without_approval": alone, "suggestion": suggested(case, policy, caller.role)}
    return _shown(Ask.of(case, policy), language).model_copy(update=own)


def check_lines(order: Order, lines: tuple[LineQuantity, ...]) -> None:
    """Raise a problem when a line is none of the order, or more pieces are named than were bought."""
    known = {line.line_id: line.quantity for line in order.lines}
    for number, line in enumerate(lines):
        if line.quantity > known.get(line.line_id, 0):
            there = ", ".join(f"{line_id} ({count})" for line_id, count in known.items())
            raise problem(
                ErrorType.INVALID,
                f"{line.quantity} of {line.line_id} were not bought; the order has: {there}.",
                f"未购买 {line.quantity} 件 {line.line_id}；订单商品行（件数）：{there}。",
                field=f"lines.{number}",
                rule="RES-1",
            )


def _shown(asked: Ask, language: Locale) -> EligibilityShown:
    eligibility = eligible(asked)
    return EligibilityShown(
        order_id=eligibility.order_id,
        issue=eligibility.issue,
        at=eligibility.at,
        left=eligibility.left,
        refund_methods=refund_methods(asked.payments, asked.policy.refund_only_back),
        policy_version=asked.policy.version,
        lines=tuple(
            LineShown(
                line_id=line.line_id,
                title=line.title,
                bought=line.bought,
                left=line.left,
                remedies=tuple(_remedy(remedy, language) for remedy in line.remedies),
            )
            for line in eligibility.lines
        ),
    )


def _remedy(told: Entitlement, language: Locale) -> EntitlementShown:
    return EntitlementShown(
        kind=told.kind,
        issues=told.issues,
        allowed=told.allowed,
        rule=told.rule,
        reason=told.reason.in_(language),
        firm=told.firm,
        max_quantity=told.max_quantity,
        max_amount=told.max_amount,
        until=told.until,
        last_day=told.last_day,
        provisional=told.provisional,
        changes=told.changes,
        freight=told.freight,
        freight_rule=told.freight_rule,
        freight_why=told.freight_why.in_(language) if told.freight_why else None,
        freight_most=told.freight_most,
        restocking=told.restocking,
        restocking_why=told.restocking_why.in_(language) if told.restocking_why else None,
    )
