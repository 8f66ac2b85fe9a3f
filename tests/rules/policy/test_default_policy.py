"""The policy as it is shipped: it holds every figure of docs/features.md; and the slice of it that a case carries."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from pydantic_core import to_json

from models.common.events import Event
from models.common.vocabulary import Locale, MessageChannel, Role, WaitFor, WaitingOn
from models.common.waits import PauseReason
from models.policy.policy import Policy, PolicySlice
from rules.policy.load import parse_policy, slice_policy

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 6, 8, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wait", "within", "pauses"),
    [
        (WaitFor.PARTNER_DATA, DAY, None),
        (WaitFor.ORDER_CORRECTION, 72 * HOUR, PauseReason.CUSTOMER_TO_ACT),
        (WaitFor.TRIAGE, 2 * HOUR, None),
        (WaitFor.FINDING, DAY, None),
        (WaitFor.PLAN, DAY, None),
        (WaitFor.REPLY, 2 * HOUR, None),
        (WaitFor.CHOICE, 48 * HOUR, PauseReason.CUSTOMER_TO_ACT),
        (WaitFor.APPROVAL, DAY, None),
        (WaitFor.ARBITRATION, 48 * HOUR, None),
        (WaitFor.REFUND, DAY, None),
        (WaitFor.ARRIVAL, 15 * DAY, None),
        (WaitFor.PAYMENT_REPAIR, DAY, None),
        (WaitFor.CONFIRMATION, 7 * DAY, PauseReason.CUSTOMER_TO_ACT),
        (WaitFor.REOPENING, 15 * DAY, None),
    ],
)
def test_every_wait_has_its_deadline(policy: Policy, wait: WaitFor, within: timedelta, pauses: PauseReason | None) -> None:
    assert (policy.waits[wait].within, policy.waits[wait].pauses) == (within, pauses)


@pytest.mark.parametrize(
    ("party", "within"), [(WaitingOn.CUSTOMER, 72 * HOUR), (WaitingOn.MERCHANT, DAY), (WaitingOn.CARRIER, DAY)]
)
def test_parties_answer_within_their_time_and_are_reminded_half_way(policy: Policy, party: WaitingOn, within: timedelta) -> None:
    assert (policy.answers[party].within, policy.answers[party].remind_after) == (within, within / 2)


def test_the_limits_are_those_of_the_domain(policy: Policy) -> None:
    assert (policy.approval.automatic, policy.approval.agent) == (20_000, 200_000)
    assert (policy.warn_at, policy.max_rounds, policy.low_score) == (0.8, 5, 2)


REMEDIES_OF_ISSUE = {
    "product.quality_defect": "return_and_refund exchange repair refund_only store_credit price_adjustment"
    " freight_refund coupon apology explanation",
    "product.not_as_described": "return_and_refund exchange refund_only store_credit price_adjustment"
    " freight_refund coupon apology explanation",
    "product.size_mismatch": "exchange return_and_refund refund_only store_credit price_adjustment"
    " freight_refund coupon apology explanation",
    "product.counterfeit_suspected": "return_and_refund refund_only store_credit freight_refund coupon apology explanation",
    "product.warranty_repair": "repair exchange return_and_refund refund_only store_credit price_adjustment"
    " freight_refund coupon apology explanation",
    "product.no_reason_return": "return_and_refund exchange refund_only store_credit freight_refund coupon apology explanation",
    "logistics.delay": "price_adjustment refund_only order_cancelled store_credit reship"
    " freight_refund coupon apology explanation",
    "logistics.damaged": "refund_only return_and_refund exchange store_credit reship price_adjustment"
    " freight_refund coupon apology explanation",
    "logistics.soiled": "price_adjustment refund_only return_and_refund exchange store_credit"
    " freight_refund coupon apology explanation",
    "logistics.lost": "refund_only store_credit reship price_adjustment freight_refund coupon apology explanation",
    "logistics.wrong_item": "exchange return_and_refund refund_only store_credit reship price_adjustment"
    " freight_refund coupon apology explanation",
    "logistics.missing_item": "reship refund_only store_credit price_adjustment freight_refund coupon apology explanation",
    "logistics.tracking_stalled": "explanation refund_only store_credit reship price_adjustment freight_refund coupon apology",
    "logistics.tracking_wrong": "explanation refund_only store_credit reship price_adjustment freight_refund coupon apology",
    "logistics.pickup_point": "apology explanation price_adjustment coupon refund_only store_credit service_improvement",
    "logistics.signed_by_other": "refund_only store_credit reship price_adjustment freight_refund coupon apology explanation",
    "order.cancel": "order_cancelled refund_only coupon apology explanation",
    "order.change": "order_changed order_cancelled refund_only price_adjustment coupon apology explanation",
    "payment.charged_twice": "refund_only coupon apology explanation",
    "payment.refund_not_arrived": "explanation refund_only coupon apology",
    "payment.price_dispute": "price_adjustment coupon refund_only apology explanation",
    "service.merchant_attitude": "apology service_improvement coupon price_adjustment explanation",
    "service.platform_attitude": "apology service_improvement coupon explanation",
    "service.carrier_attitude": "apology service_improvement coupon price_adjustment explanation",
    "service.slow_response": "apology explanation service_improvement coupon",
    "service.promise_not_kept": "price_adjustment refund_only store_credit apology explanation service_improvement coupon",
    "rules.platform_rule": "explanation coupon apology service_improvement",
}
"""What the groups and the issues of the policy come to: what may be proposed, the usual one first."""


def test_every_issue_has_its_remedies_in_their_order(policy: Policy) -> None:
    assert {issue.value: " ".join(rule.remedies) for issue, rule in policy.issues.items()} == REMEDIES_OF_ISSUE


def test_every_text_is_there_in_both_languages(policy: Policy) -> None:
    texts = [policy.emergency_contact, *policy.teams.values()]
    texts += [wait.then for wait in policy.waits.values()]
    texts += [answer.then for answer in policy.answers.values()]
    texts += [issue.name for issue in policy.issues.values()]
    texts += [row.basis for row in policy.liability]
    for text in texts:
        assert re.search(r"[\u4e00-\u9fff]", text.in_(Locale.ZH)), text
        assert re.search(r"[a-z]", text.in_(Locale.EN)), text


def test_customers_are_told_at_every_step_and_only_they_outside_the_inbox(policy: Policy) -> None:
    steps = {
        Event.OPENED,
        Event.INFORMATION_REQUESTED,
        Event.PROPOSED,
        Event.ACCEPTED,
        Event.REFUND_REQUESTED,
        Event.REFUND_ARRIVED,
        Event.PROMISE_MOVED,
        Event.RESOLVED,
        Event.ESCALATED,
        Event.NOT_PURSUED,
        Event.WITHDRAWN,
        Event.REOPENED,
    }
    assert all(Role.CUSTOMER in policy.messages[event].to for event in steps)
    for rule in policy.messages.values():
        assert Role.CUSTOMER in rule.to or not rule.channels
        assert MessageChannel.INBOX not in rule.channels


def test_a_slice_knows_thirty_days_back_and_four_hundred_ahead(policy: Policy) -> None:
    for day in range(0, 400, 13):
        now = NOW + day * DAY
        office = slice_policy(policy, now).calendars["office"]
        assert office.first <= (now - 30 * DAY).date()
        assert office.last >= (now + 400 * DAY).date()


def test_cases_of_one_month_share_one_slice(policy: Policy) -> None:
    first, last = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 30, 23, 59, tzinfo=UTC)
    assert slice_policy(policy, first) is slice_policy(policy, last)
    assert slice_policy(policy, last).digest != slice_policy(policy, last + DAY).digest


def test_equal_policies_give_equal_digests(policy_text: str) -> None:
    one, two = parse_policy(policy_text, "one"), parse_policy(policy_text, "two")
    other = parse_policy(policy_text.replace("max_rounds: 5", "max_rounds: 4"), "other")
    assert slice_policy(one, NOW).digest == slice_policy(two, NOW).digest
    assert slice_policy(one, NOW).digest != slice_policy(other, NOW).digest


def test_a_slice_comes_back_from_the_history_as_it_was(policy_slice: PolicySlice) -> None:
    assert PolicySlice.model_validate_json(to_json(policy_slice)) == policy_slice
    assert PolicySlice.model_validate_json(policy_slice.model_dump_json()) == policy_slice
