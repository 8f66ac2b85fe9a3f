"""Exchange, reship and repair (RES-7): what may be done to one when and by whom, which goods it is about, and what it costs more or less."""

from collections.abc import Callable
from dataclasses import dataclass

from models.case.actions import Act
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Bilingual, Body, Money
from models.common.errors import Fault
from models.common.lines import LineQuantity
from models.common.partners import Order
from models.common.vocabulary import ErrorType, RemedyKind, Role
from models.policy.policy import PolicySlice
from models.remedies.offers import OptionOffer, RemedyOffer
from models.remedies.remedy import Remedy
from models.replacements.partner import Repair, RepairStatus, StockItem
from models.replacements.state import Diagnose, ReplacementAction, ReplacementStage, ReplacementState
from models.returns.state import ReturnResult
from rules.common.decided import named_by, stale
from rules.common.format import money
from rules.common.refusal import refusal
from rules.money.worth import worth_of
from rules.remedies.limits import unfit as unfit_offer

RULE = "RES-7"
CUSTOMERS = frozenset({Role.CUSTOMER, Role.AGENT, Role.SUPERVISOR})
"""The platform's people act on behalf of either side."""
MERCHANTS = frozenset({Role.MERCHANT, Role.AGENT, Role.SUPERVISOR})
AT_THE_WAREHOUSE = frozenset({ReplacementStage.RESERVING, ReplacementStage.AWAITING_STOCK, ReplacementStage.SENDING})
OUT_OF_STOCK = frozenset({"stock_gone", "refund_chosen"})
"""How a replacement ends for want of goods: waited for in vain, or the customer would not wait."""
BEING_MENDED = frozenset({ReplacementStage.DIAGNOSIS, ReplacementStage.REPAIR})

Test = Callable[[ReplacementState], bool]


@dataclass(frozen=True)
class Permission:
    """Who may do it, in which state, and the state in words for the error."""

    roles: frozenset[Role]
    when: Test
    state: Bilingual


def _at(*stages: ReplacementStage) -> Test:
    return lambda state: state.stage in stages


def _can_be_sent(state: ReplacementState) -> bool:
    return state.stage in AT_THE_WAREHOUSE or state.stage is ReplacementStage.SENDING_BACK


PERMISSIONS: dict[ReplacementAction, Permission] = {
    ReplacementAction.ACCEPT_ESTIMATE: Permission(
        CUSTOMERS,
        _at(ReplacementStage.ESTIMATE),
        Bilingual(zh="维修报价待顾客确认时", en="while the repair's price waits for a word"),
    ),
    ReplacementAction.REFUSE_ESTIMATE: Permission(
        CUSTOMERS,
        _at(ReplacementStage.ESTIMATE),
        Bilingual(zh="维修报价待顾客确认时", en="while the repair's price waits for a word"),
    ),
    ReplacementAction.CHOOSE_REFUND: Permission(
        CUSTOMERS, _at(ReplacementStage.AWAITING_STOCK), Bilingual(zh="缺货待补时", en="while the goods are out of stock")
    ),
    ReplacementAction.DIAGNOSE: Permission(
        MERCHANTS,
        _at(ReplacementStage.DIAGNOSIS),
        Bilingual(zh="商品在维修点待检测时", en="while the goods wait for a diagnosis"),
    ),
    ReplacementAction.REPAIRED: Permission(
        MERCHANTS,
        lambda state: state.stage in BEING_MENDED,
        Bilingual(zh="商品维修期间", en="while the goods are at the workshop"),
    ),
    ReplacementAction.NOT_REPAIRABLE: Permission(
        MERCHANTS,
        lambda state: state.stage in BEING_MENDED,
        Bilingual(zh="商品维修期间", en="while the goods are at the workshop"),
    ),
    ReplacementAction.SENT: Permission(
        MERCHANTS, _can_be_sent, Bilingual(zh="商品备货或待寄出时", en="while the goods are being set aside or packed")
    ),
    ReplacementAction.OUT_OF_STOCK: Permission(
        MERCHANTS,
        lambda state: state.stage in AT_THE_WAREHOUSE,
        Bilingual(zh="商品备货期间", en="while the goods are being set aside or packed"),
    ),
}


REPLACEMENT_ROLES: dict[ReplacementAction, frozenset[Role]] = {
    action: permission.roles for action, permission in PERMISSIONS.items()
}


def allowed_actions(state: ReplacementState, actor: Actor) -> tuple[ReplacementAction, ...]:
    """What the actor, a party of the case, may do to the replacement now."""
    return tuple(
        action for action, permission in PERMISSIONS.items() if actor.role in permission.roles and permission.when(state)
    )


def forbidden(state: ReplacementState, actor: Actor, action: ReplacementAction) -> Fault | None:
    """Why the actor may not do this; None: go ahead."""
    now = Bilingual(zh=f"当前状态为 {state.stage}", en=f"It is at {state.stage}")
    return refusal(action, PERMISSIONS[action], actor, allowed_actions(state, actor), now, RULE)


def overtaken(state: ReplacementState, act: Act[Body], action: ReplacementAction) -> Fault | None:
    """WRK-5: price or date is not any more what the actor decided on. None: go ahead."""
    price = money(state.estimate) if state.estimate else Bilingual(zh="无", en="none")
    when = state.expected_at.isoformat() if state.expected_at else "—"
    now = Bilingual(zh=f"当前报价 {price.zh}，预计到货 {when}", en=f"the estimate is {price.en}, the goods are expected {when}")
    stands = named_by(type(act.body), state)
    return stale(act, PERMISSIONS[action], stands, lambda _: now, allowed_actions(state, act.actor))


def unfit(act: Act[Body], currency: str) -> Fault | None:
    """The fault of what is sent with an action."""
    match act.body:
        case Diagnose(in_warranty=False, estimate=None):
            said = Bilingual(zh="保修期外的维修须给出报价", en="out of warranty, say what the repair costs")
        case Diagnose(in_warranty=True, estimate=Money()):
            said = Bilingual(
                zh="保修期内的维修不收费，请勿填写报价", en="under warranty the repair is free; leave the estimate out"
            )
        case Diagnose(estimate=Money(currency=other)) if other != currency:
            said = Bilingual(
                zh=f"订单币种为 {currency}，报价币种为 {other}", en=f"the order is in {currency}, the estimate in {other}"
            )
        case _:
            return None
    return Fault(type=ErrorType.INVALID, detail=said.en, detail_zh=said.zh, field="estimate", rule=RULE)


def goods_of(case: CaseState, remedy: Remedy) -> tuple[LineQuantity, ...]:
    """The pieces that a remedy is about: its own lines, else the case's, else the whole order."""
    assert case.order is not None  # noqa: S101  # rules/remedies/limits.py offers no goods without a known order
    whole = tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in case.order.lines)
    return remedy.lines or case.receipt.lines or whole


def items_of(case: CaseState, remedy: Remedy) -> tuple[StockItem, ...]:
    """What is to be sent: for each of the goods what the offer names in its place, else the same again."""
    assert case.order is not None  # noqa: S101
    skus = {line.line_id: line.sku for line in case.order.lines}
    named = {item.line_id for item in remedy.items}
    chosen = [(item.line_id, item.sku or skus[item.line_id], item.quantity) for item in remedy.items]
    same = [
        (piece.line_id, skus[piece.line_id], piece.quantity) for piece in goods_of(case, remedy) if piece.line_id not in named
    ]
    return tuple(StockItem(line_id=line_id, sku=sku, quantity=quantity) for line_id, sku, quantity in (*chosen, *same))


def same_again(order: Order, items: tuple[StockItem, ...], goods: tuple[LineQuantity, ...]) -> bool:
    """Whether just what was bought is sent again."""
    skus = {line.line_id: line.sku for line in order.lines}
    return {(piece.line_id, skus[piece.line_id], piece.quantity) for piece in goods} == {
        (item.line_id, item.sku, item.quantity) for item in items
    }


def difference(
    paid: Money, price: Money | None, *, same: bool, most_back: int | None = None
) -> tuple[Money | None, Money | None]:
    """What the customer has to pay for a dearer article, and what goes back for a cheaper one; of the same article neither.

    `most_back`: minor units of what was paid that were not given back before.
    """
    if same or price is None or price.currency != paid.currency or price.minor == paid.minor:
        return None, None
    if price.minor > paid.minor:
        return Money(minor=price.minor - paid.minor, currency=paid.currency), None
    back = (paid.minor if most_back is None else min(paid.minor, most_back)) - price.minor
    return None, Money(minor=back, currency=paid.currency) if back > 0 else None


RANK = {
    RepairStatus.TAKEN: 0,
    RepairStatus.DIAGNOSED: 1,
    RepairStatus.REPAIRED: 2,
    RepairStatus.NOT_REPAIRABLE: 2,
    RepairStatus.REFUSED: 2,
    RepairStatus.SENT_BACK: 3,
}


def newer(known: Repair | None, told: Repair) -> bool:
    """Whether this is news: a repair only goes on, notices may come twice and out of order."""
    return known is None or RANK[told.status] > RANK[known.status]


def merged(known: Repair | None, told: Repair) -> Repair:
    """The news, with what was said before and is not said again."""
    if known is None:
        return told
    kept = {name: value for name, value in known if getattr(told, name) is None}
    return told.model_copy(update=kept)


def back_with_the_merchant(remedy: Remedy) -> bool:
    """Whether the goods that the remedy was about are the customer's no more: exchanged, or given up by the workshop."""
    came = remedy.return_ is not None and remedy.return_.result in ReturnResult.giving()
    given_up = remedy.replacement is not None and remedy.replacement.given_up
    lost = remedy.return_ is not None and remedy.return_.result is ReturnResult.LOST
    return came and (remedy.kind is not RemedyKind.REPAIR or given_up or lost)


def refund_instead(case: CaseState, policy: PolicySlice) -> OptionOffer | None:
    """What is offered by itself when there was nothing to send: money for the goods, which are sent back unless they are already.

    None: the last thing agreed on did not fail for want of stock, or something else was proposed since, or the rules say no.
    """
    remedy = next((one for one in case.remedies if one.undone in OUT_OF_STOCK and one.settlement == case.settlements), None)
    since = any(case.settled_at is not None and proposal.at > case.settled_at for proposal in case.proposals)
    if remedy is None or case.order is None or since:
        return None
    without_goods = remedy.kind is RemedyKind.RESHIP or back_with_the_merchant(remedy)
    kind = RemedyKind.REFUND_ONLY if without_goods else RemedyKind.RETURN_AND_REFUND
    goods = goods_of(case, remedy)
    offer = RemedyOffer(kind=kind, amount=worth_of(case, goods), lines=goods)
    if unfit_offer(case, policy, (offer,), Role.MERCHANT) is not None:
        return None
    why = Bilingual(zh="商品缺货，建议退款", en="The goods are out of stock; you may have your money back")
    return OptionOffer(remedies=(offer,), why=why.in_(case.receipt.locale))
