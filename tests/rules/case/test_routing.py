"""DSP-1: who gets a case by the shipped table, the most specific row, and the dry run."""

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from models.common.vocabulary import Issue, IssueGroup, Kind, Locale, Priority, Tier
from models.policy.policy import Policy, PolicySlice, RoutingRow
from rules.case.routing import explain, route
from rules.policy.load import slice_policy

MERCHANT_FIRST = {IssueGroup.PRODUCT, IssueGroup.LOGISTICS, IssueGroup.ORDER}


def with_rows(policy: Policy, *rows: RoutingRow) -> PolicySlice:
    """The shipped policy with a marketplace's own rows at the end."""
    changed = policy.model_copy(update={"routing": (*policy.routing, *rows)})
    return slice_policy(changed, datetime(2026, 6, 8, tzinfo=UTC))


@pytest.mark.parametrize("issue", Issue)
def test_the_merchant_is_first_for_goods_parcels_and_orders_and_the_platform_for_the_rest(
    policy_slice: PolicySlice, issue: Issue
) -> None:
    for kind, priority in product(Kind, Priority):
        row = route(policy_slice, kind=kind, issue=issue, priority=priority)
        straight_to_the_platform = (
            issue.group not in MERCHANT_FIRST or issue is Issue.COUNTERFEIT_SUSPECTED or priority is Priority.P1
        )
        assert row.tier is (Tier.PLATFORM if straight_to_the_platform else Tier.MERCHANT)


@pytest.mark.parametrize(
    ("kind", "issue", "priority", "team"),
    [
        (Kind.AFTER_SALES, Issue.QUALITY_DEFECT, Priority.P3, "after_sales"),
        (Kind.COMPLAINT, Issue.QUALITY_DEFECT, Priority.P3, "complaints"),
        (Kind.AFTER_SALES, Issue.WARRANTY_REPAIR, Priority.P3, "technical"),
        (Kind.AFTER_SALES, Issue.DAMAGED, Priority.P2, "logistics"),
        (Kind.AFTER_SALES, Issue.COUNTERFEIT_SUSPECTED, Priority.P2, "complaints"),
        (Kind.INQUIRY, Issue.CANCEL, Priority.P4, "after_sales"),
        (Kind.AFTER_SALES, Issue.CHARGED_TWICE, Priority.P1, "payments"),
        (Kind.COMPLAINT, Issue.MERCHANT_ATTITUDE, Priority.P2, "complaints"),
        (Kind.INQUIRY, Issue.PLATFORM_RULE, Priority.P4, "rules"),
    ],
)
def test_the_shipped_table_sends_each_case_to_those_who_know(
    policy_slice: PolicySlice, kind: Kind, issue: Issue, priority: Priority, team: str
) -> None:
    assert route(policy_slice, kind=kind, issue=issue, priority=priority).team == team


def test_the_row_that_names_most_wins_and_of_equals_the_earlier(policy: Policy) -> None:
    region = RoutingRow(id="shanghai", team="logistics", tier=Tier.PLATFORM, group=IssueGroup.PRODUCT, region="CN-31")
    merchant = RoutingRow(id="shop", team="technical", tier=Tier.PLATFORM, group=IssueGroup.PRODUCT, merchant="shop-1")
    exact = RoutingRow(
        id="shop-in-shanghai", team="rules", tier=Tier.PLATFORM, group=IssueGroup.PRODUCT, merchant="shop-1", region="CN-31"
    )
    rows = with_rows(policy, region, merchant, exact)
    only_two = with_rows(policy, region, merchant)
    given: dict[str, Any] = {"kind": Kind.AFTER_SALES, "issue": Issue.QUALITY_DEFECT, "priority": Priority.P3}
    assert route(rows, **given, region="CN-31", merchant="shop-1").id == "shop-in-shanghai"
    assert route(only_two, **given, region="CN-31", merchant="shop-1").id == "shanghai"
    assert route(rows, **given, region="CN-44", merchant="shop-1").id == "shop"
    assert route(rows, **given, region="CN-44", merchant="shop-2").id == "product"
    assert route(rows, **given).id == "product"


def test_the_dry_run_says_of_every_row_why(policy_slice: PolicySlice) -> None:
    rows = {
        told.row.id: told for told in explain(policy_slice, kind=Kind.COMPLAINT, issue=Issue.QUALITY_DEFECT, priority=Priority.P3)
    }
    assert list(rows) == [row.id for row in policy_slice.routing]
    assert [name for name, told in rows.items() if told.wins] == ["product-complaint"]
    assert [name for name, told in rows.items() if told.fits] == ["product-complaint", "product"]
    assert rows["product"].why.in_(Locale.EN) == "fits, but product-complaint names more"
    assert rows["product"].why.in_(Locale.ZH) == "符合，但 product-complaint 更具体"
    assert rows["urgent-product"].why.in_(Locale.EN) == "does not fit: priority must be P1, is P3"
    assert rows["payment"].why.in_(Locale.ZH) == "不符：group 要求 payment，实为 product"


def test_the_dry_run_says_when_the_order_of_rows_decided(policy_slice: PolicySlice) -> None:
    told = explain(policy_slice, kind=Kind.AFTER_SALES, issue=Issue.WARRANTY_REPAIR, priority=Priority.P3)
    product_row = next(one for one in told if one.row.id == "product")
    assert product_row.why.en == "fits, but warranty names as much and stands earlier"


def test_a_table_with_a_hole_names_the_case_it_leaves_out(policy_slice: PolicySlice) -> None:
    holed = policy_slice.model_copy(update={"routing": ()})
    with pytest.raises(LookupError, match=r"inquiry, order\.cancel, P4"):
        route(holed, kind=Kind.INQUIRY, issue=Issue.CANCEL, priority=Priority.P4)
