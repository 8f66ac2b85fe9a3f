"""What an operator reads in the Temporal Web UI: of goods on their way, and by the queries of their guide."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from models.common.base import Money
from models.common.vocabulary import RemedyKind, WaitFor, WaitingOn
from models.common.waits import Wait
from models.money.charge import Charge, ChargeStatus
from models.remedies.remedy import ChildState
from models.replacements.partner import StockItem
from models.replacements.state import ReplacementStage, ReplacementState
from models.returns.partner import Purpose
from models.returns.state import ReturnLine, ReturnParcelState, ReturnStage, ReturnState
from rules.common.deadlines import of_wait
from rules.policy.load import load_policy
from settings import Settings
from tests.support.processes.service import Service
from workflows.kit.web_ui import details_of_child

UNTIL = datetime(2026, 6, 8, 2, 30, tzinfo=UTC)
RULE = load_policy(Settings().policy).waits[WaitFor.RETURN_TRANSIT]


def test_a_return_says_where_the_goods_are_and_what_happens_next() -> None:
    state = ReturnState(
        workflow_id="RD-1.m1.return",
        purpose=Purpose.REFUND,
        stage=ReturnStage.IN_TRANSIT,
        lines=(ReturnLine(line_id="L1", quantity=2, paid_minor=10_000),),
        agreed=Money(minor=10_000),
        opened_at=UNTIL - timedelta(days=7),
        parcel=ReturnParcelState(tracking="SF1", carrier_id="SF"),
    )
    child = ChildState(workflow_id=state.workflow_id, on=WaitingOn.CARRIER, for_=WaitFor.RETURN_TRANSIT, until=UNTIL)
    wait = Wait(on=child.on, for_=child.for_, until=child.until, since=UNTIL - timedelta(days=1))
    told = details_of_child(child, state, (of_wait(wait, RULE, {}),))
    assert "**in_transit**: 2 × L1 come back for refund, worth CNY 100.00" in told
    assert "Sent as SF1 (SF)" in told
    assert "Waits for **return_transit** from **carrier** until 2026-06-08 02:30 UTC." in told
    assert f"Then by itself: {RULE.then.en}" in told


def test_a_replacement_says_what_is_to_pay_and_how_it_ended() -> None:
    charge = Charge(
        key="k", order_id="O-1", amount=Money(minor=2_000, currency="JPY"), status=ChargeStatus.PENDING, reference="RD-1"
    )
    state = ReplacementState(
        workflow_id="RD-1.m1.replacement",
        kind=RemedyKind.EXCHANGE,
        stage=ReplacementStage.PAYMENT,
        items=(StockItem(line_id="L1", sku="SKU-2", quantity=1),),
        charge=charge,
    )
    child = ChildState(workflow_id=state.workflow_id, for_=WaitFor.CHARGE, until=UNTIL)
    told = details_of_child(child, state, ())
    assert "**payment**: exchange of 1 × SKU-2" in told
    assert "To pay: JPY 2,000, pending" in told
    over = details_of_child(child.model_copy(update={"done": True, "failed": "unpaid"}), state, ())
    assert "Over for the case: unpaid." in over


async def test_the_server_takes_every_query_of_the_guide_and_each_link_asks_it(service: Service) -> None:
    guide = Path("docs/operators.md").read_text(encoding="utf-8")
    views: list[tuple[str, str]] = re.findall(r"^\| [^|]+ \| `([^`]+)` \| \[open\]\(([^)]+)\) \|$", guide, re.MULTILINE)
    assert len(views) > 10
    for query, link in views:
        assert parse_qs(urlsplit(link).query)["query"] == [query]
        assert (await service.client.count_workflows(query)).count >= 0, query
