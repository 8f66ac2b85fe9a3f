"""Which lines may leave a case for one of their own (WRK-7)."""

import pytest

from models.case.actions import Action
from models.case.desk_bodies import Split
from models.case.merging import Absorbed
from models.case.receipt import Wanted
from models.case.state import CaseState
from models.common.base import Money
from models.common.lines import LineQuantity, NewItem
from models.common.vocabulary import Channel, ErrorType, Kind, Outcome, RemedyKind, Stage
from models.remedies.order_change import OrderChange
from models.remedies.remedy import Remedy
from rules.case.permissions import allowed_actions
from rules.case.splitting import unfit_split, wanted_of_rest
from tests.support.builders.actors import AGENT, MERCHANT
from tests.support.builders.cases import NOW, case, receipt
from tests.support.builders.orders import line, order

L1, L2 = LineQuantity(line_id="L1"), LineQuantity(line_id="L2")
OTHER = Absorbed(
    case_id="RD-2", by=AGENT, at=NOW, reason="one", kind=Kind.COMPLAINT, channel=Channel.APP, issue=None, opened_at=NOW,
    handler=None, owner=None, lines=(),
)  # fmt: skip


def two_lines(stage: Stage = Stage.RESOLUTION, wanted: Wanted | None = None, **change: object) -> CaseState:
    known: dict[str, object] = {"order": order("O-1", line("L1"), line("L2")), "receipt": receipt(wanted=wanted), **change}
    return case(stage=stage, **known)


def remedy(*lines: LineQuantity, **change: object) -> Remedy:
    return Remedy(id="m1", kind=RemedyKind.REFUND_ONLY, amount=Money(minor=1), lines=lines).model_copy(update=change)


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (two_lines(), True),
        (two_lines(settled=True), True),
        (two_lines(order=None), False),
        (two_lines(order=order("O-1", line("L1"))), False),
        (two_lines(receipt=receipt(lines=(L1,))), False),
        (two_lines(stage=Stage.FOLLOW_UP), False),
        (two_lines(outcome=Outcome.WITHDRAWN), False),
    ],
)
def test_a_case_about_several_known_lines_is_split_until_follow_up(state: CaseState, may: bool) -> None:
    assert (Action.SPLIT in allowed_actions(state, AGENT)) is may
    assert Action.SPLIT not in allowed_actions(state, MERCHANT)


MOVED = Wanted(remedy=RemedyKind.ORDER_CHANGED, change=OrderChange(address_id="a1"))


@pytest.mark.parametrize(
    ("state", "lines", "type_"),
    [
        (two_lines(), ("L2",), None),
        (two_lines(settled=True, remedies=(remedy(L1),)), ("L2",), None),
        (two_lines(settled=True, remedies=(remedy(L2, undone="no_stock"),)), ("L2",), None),
        (two_lines(), ("L1", "L2"), ErrorType.INVALID),
        (two_lines(), ("L2", "L2"), ErrorType.INVALID),
        (two_lines(), ("L9",), ErrorType.INVALID),
        (two_lines(settled=True, remedies=(remedy(L2),)), ("L2",), ErrorType.NOT_ALLOWED_NOW),
        (two_lines(settled=True, remedies=(remedy(L2, done_at=NOW),)), ("L2",), ErrorType.NOT_ALLOWED_NOW),
        (two_lines(settled=True, remedies=(remedy(),)), ("L2",), ErrorType.NOT_ALLOWED_NOW),
        (two_lines(settled=True, remedies=(remedy(items=(NewItem(line_id="L2"),)),)), ("L2",), ErrorType.NOT_ALLOWED_NOW),
        (two_lines(wanted=MOVED), ("L2",), ErrorType.NOT_ALLOWED_NOW),
        (two_lines(absorbed=(OTHER,)), ("L2",), ErrorType.NOT_ALLOWED_NOW),
    ],
)
def test_lines_leave_unless_something_binds_them(state: CaseState, lines: tuple[str, ...], type_: ErrorType | None) -> None:
    fault = unfit_split(state, Split(lines=lines, reason="apart"))
    assert (fault and fault.type) == type_
    assert fault is None or (fault.rule, fault.field, bool(fault.detail_zh)) == ("WRK-7", "lines", True)


def test_each_case_keeps_what_is_wanted_for_its_lines_and_no_amount_that_was_meant_for_both() -> None:
    items = (NewItem(line_id="L1", sku="red"), NewItem(line_id="L2", sku="blue"))
    wanted = Wanted(remedy=RemedyKind.EXCHANGE, amount=Money(minor=5), items=items)
    rest = wanted_of_rest(two_lines(wanted=wanted), ["L2"])
    assert rest is not None
    assert ([item.sku for item in rest.items], rest.amount) == (["red"], None)
