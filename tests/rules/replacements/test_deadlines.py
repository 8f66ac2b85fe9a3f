"""The deadlines of a replacement: goods that are set aside while it waits for something else are held on to (RES-7)."""

from datetime import UTC, datetime, timedelta

import pytest

from models.common.deadline import DeadlineKind
from models.common.vocabulary import RemedyKind, WaitFor, WaitingOn
from models.common.waits import Terms, Wait
from models.policy.policy import PolicySlice
from models.replacements.partner import StockItem
from models.replacements.state import ReplacementStage, ReplacementState
from rules.replacements import deadlines

NOW = datetime(2026, 6, 8, 2, tzinfo=UTC)
UNTIL = NOW + timedelta(days=3)


@pytest.mark.parametrize("stage", list(ReplacementStage))
def test_goods_are_held_on_to_while_the_replacement_waits_for_money_or_for_the_old_goods(
    policy_slice: PolicySlice, stage: ReplacementStage
) -> None:
    item = StockItem(line_id="L1", sku="SKU-1", quantity=1)
    state = ReplacementState(
        workflow_id="RD-1.m1.replacement", kind=RemedyKind.EXCHANGE, stage=stage, items=(item,), reserved_until=UNTIL
    )
    wait = Wait(on=WaitingOn.CUSTOMER, for_=WaitFor.CHARGE, until=UNTIL, since=NOW)
    terms = Terms(waits=policy_slice.waits, calendars=policy_slice.calendars)
    first, *others = deadlines.pending(state, wait, terms, policy_slice.replacements)
    assert (first.kind, first.at, first.then) == (DeadlineKind.WAIT, UNTIL, policy_slice.waits[WaitFor.CHARGE].then)
    holds = stage in {ReplacementStage.PAYMENT, ReplacementStage.AWAITING_RETURN}
    assert [(other.kind, other.at) for other in others] == ([(DeadlineKind.RESERVATION, UNTIL)] if holds else [])
    assert all(other.next == UNTIL - policy_slice.replacements.reserve_for / 4 for other in others)
