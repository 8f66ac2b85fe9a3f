"""What of a remedy can no longer be taken back (RES-11): money, goods and work. Read by permissions, and when a case ends all the same."""

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum

from models.case.state import CaseState
from models.common.base import Bilingual, Money
from models.common.lines import LineQuantity
from models.common.vocabulary import RefundStatus, RemedyKind
from models.remedies.order_change import ChangeStatus
from models.remedies.remedy import Remedy
from models.remedies.table import REMEDIES
from models.replacements.state import ON_THE_ROAD, ReplacementStage
from models.returns.partner import Purpose
from models.returns.state import ReturnResult
from rules.money.goods import counted
from rules.money.settlement import settle
from rules.money.worth import worth_of
from rules.returns.outcome import accepted_lines

SENT = frozenset({ReplacementStage.ON_ITS_WAY, ReplacementStage.DELIVERED})


class Binding(StrEnum):
    """Why a case is not withdrawn any more."""

    MONEY = "money_moves"
    ORDER = "order_changed"
    GOODS_KEPT = "goods_kept"
    GOODS_SENT = "goods_sent"
    WORK = "work_begun"


WORDS: Mapping[Binding, Bilingual] = {
    Binding.MONEY: Bilingual(zh="款项已在退回途中或已退回", en="Money is on its way back or has arrived"),
    Binding.ORDER: Bilingual(zh="商家已取消或变更订单", en="The merchant has cancelled or changed the order"),
    Binding.GOODS_KEPT: Bilingual(zh="商家已收下退回的商品", en="The merchant has accepted the goods that came back"),
    Binding.GOODS_SENT: Bilingual(zh="新商品已寄出", en="Goods are on their way to the customer"),
    Binding.WORK: Bilingual(zh="维修已开始", en="The repair has begun"),
}


def binding(case: CaseState) -> Binding | None:
    """Why the case can no longer be withdrawn; None: it can."""
    return next((bound for remedy in case.remedies if (bound := _binding(remedy)) is not None), None)


def kept_goods(remedy: Remedy) -> tuple[LineQuantity, ...]:
    """Pieces that the customer gave away for the remedy and has got nothing for: neither money nor other goods."""
    returned, replacement = remedy.return_, remedy.replacement
    if remedy.done_at is not None or returned is None or _replaced(remedy):
        return ()
    comes_home = returned.purpose is Purpose.REPAIR and not (replacement is not None and replacement.given_up)
    if returned.result is ReturnResult.PARTLY:
        return accepted_lines(returned)
    if returned.result is ReturnResult.LOST or (returned.result is ReturnResult.ACCEPTED and not comes_home):
        return tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in returned.lines)
    return ()


def owed_for_goods(case: CaseState) -> Iterator[tuple[Remedy, Money]]:
    """The remedies that were given up although the merchant keeps the goods, and what is due for these. Whatever the customer accepted
    since then, and costs somebody something, settles it.
    """
    owed_before = Counter[str]()
    for number, remedy in enumerate(case.remedies):
        settled = any(_gives(later) or later.pays_for == remedy.id for later in case.remedies[number + 1 :])
        kept = kept_goods(remedy)
        if case.order is None or remedy.undone is None or settled or not kept:
            continue
        due = worth_of(case, kept, owed_before)
        owed_before += counted(kept)
        if remedy.kind is RemedyKind.RETURN_AND_REFUND and remedy.return_ is not None:
            due = Money(minor=settle(remedy.return_).refund, currency=due.currency)
        if due.minor:
            yield remedy, due


def earned(remedy: Remedy) -> bool:
    """What the customer paid for the remedy stays paid: the dearer article is on its way, or the workshop has done its work."""
    state = remedy.replacement
    mended = state is not None and state.mended and not state.given_up
    return _replaced(remedy) or mended


def _binding(remedy: Remedy) -> Binding | None:
    moving = RefundStatus.moving()
    owed = remedy.done_at is not None and remedy.refund_owed
    if remedy.pays_back:
        return Binding.MONEY if remedy.open or owed else None
    if owed or remedy.refund_status in moving or any(part.refund_status in moving for part in remedy.parts):
        return Binding.MONEY
    if remedy.ordering is not None and remedy.ordering.done and remedy.ordering.status is ChangeStatus.CONFIRMED:
        return Binding.ORDER
    if kept_goods(remedy):
        return Binding.GOODS_KEPT
    return _binding_of_replacement(remedy) if remedy.undone is None else None


def _binding_of_replacement(remedy: Remedy) -> Binding | None:
    replacement = remedy.replacement
    if replacement is None:
        return None
    if replacement.stage in SENT:
        return Binding.GOODS_SENT
    begun = replacement.mended or replacement.stage is ReplacementStage.REPAIR
    return Binding.WORK if begun and remedy.kind is RemedyKind.REPAIR else None


def _replaced(remedy: Remedy) -> bool:
    state = remedy.replacement
    if state is None or state.stage is ReplacementStage.DELIVERED:
        return state is not None
    return ON_THE_ROAD in state.kept or (state.stage is ReplacementStage.ON_ITS_WAY and remedy.undone is None)


def _gives(remedy: Remedy) -> bool:
    under_way = remedy.done_at is not None or remedy.refund_status in RefundStatus.moving()
    return remedy.undone is None and under_way and REMEDIES[remedy.kind].funded_by is not None and not remedy.of_charge
