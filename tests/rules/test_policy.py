"""The policy file: what is shipped holds every figure of domain.md; what is wrong is refused with line, field and mend."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic_core import to_json

from models.policy import Policy, PolicySlice
from models.vocabulary import Event, Issue, Kind, Locale, MessageChannel, PauseReason, RemedyKind, Role, WaitFor, WaitingOn
from rules.policy import PolicyError, load_policy, parse_policy, slice_policy
from rules.policy_checks import FACTS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 6, 8, 2, tzinfo=UTC)
FILE = "policies/default.yaml"


def refused(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, FILE)
    return str(caught.value).splitlines()


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def mended(text: str, part: str, instead: str) -> str:
    assert part in text
    return text.replace(part, instead, 1)


# What is shipped.


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


@pytest.mark.parametrize("issue", Issue)
def test_every_issue_offers_something_that_can_be_carried_out(policy: Policy, issue: Issue) -> None:
    assert set(policy.issues[issue].remedies) & RemedyKind.carried_out()


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


def test_every_fact_that_is_established_may_be_named_in_a_condition() -> None:
    source = (Path(__file__).parents[2] / "rules" / "facts.py").read_text(encoding="utf-8")
    established = set(re.findall(r'"((?:order|delivery|shipment|payment|line)\.[a-z_]+)"', source))
    assert established <= FACTS


# The slice.


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
    one, two = parse_policy(policy_text, FILE), parse_policy(policy_text, FILE)
    other = parse_policy(mended(policy_text, "max_rounds: 5", "max_rounds: 4"), FILE)
    assert slice_policy(one, NOW).digest == slice_policy(two, NOW).digest
    assert slice_policy(one, NOW).digest != slice_policy(other, NOW).digest


def test_a_slice_comes_back_from_the_history_as_it_was(policy_slice: PolicySlice) -> None:
    assert PolicySlice.model_validate_json(to_json(policy_slice)) == policy_slice
    assert PolicySlice.model_validate_json(policy_slice.model_dump_json()) == policy_slice


# What is refused.


def test_the_shipped_file_is_read_once() -> None:
    path = Path(__file__).parents[2] / FILE
    assert load_policy(path) is load_policy(path)


BAD = [
    (
        "team: logistics, tier: merchant}",
        "team: logistic, tier: merchant}",
        "routing[10].team",
        'no such team "logistic"; did you mean "logistics"?; name one of after_sales, complaints, logistics, payments, rules, technical',
    ),
    (
        "calendar: office, kind",
        "calendar: ofice, kind",
        "clocks[6].calendar",
        'no such calendar "ofice"; did you mean "office"?; name one of always, office, service',
    ),
    (
        "    calendar: service\n    then: {zh: 通知",
        "    calendar: nights\n    then: {zh: 通知",
        "waits.triage.calendar",
        "no such calendar",
    ),
    (
        "zone: Asia/Shanghai",
        "zone: Asia/Shangai",
        "calendars.service.zone",
        'no such time zone "Asia/Shangai"; write one like Asia/Shanghai',
    ),
    ("    holidays: CN", "    holidays: XX", "calendars.service.holidays", 'no holidays are known for "XX"'),
    ("    holidays: CN", "    holidays: NO", "calendars.service.holidays", "YAML reads this as yes or no; put it in quotes"),
    (
        'mon: ["09:00-12:00", "13:00-21:00"]',
        'mon: ["09:00-14:00", "13:00-21:00"]',
        "calendars.service.week.mon[1]",
        '"13:00-21:00" overlaps or precedes "09:00-14:00"; write the spans in order, apart from each other',
    ),
    (
        'mon: ["09:00-12:00", "13:00-21:00"]',
        'mon: ["22:00-06:00"]',
        "calendars.service.week.mon[0]",
        '"22:00-06:00" ends before it begins; split a night at midnight: 22:00-24:00, and 00:00-06:00 on the next day',
    ),
    (
        'mon: ["09:00-12:00", "13:00-21:00"]',
        "mon: [9-17]",
        "calendars.service.week.mon[0]",
        'a span is written as 09:00-12:00, not "9-17"',
    ),
    (
        'mon: ["09:00-12:00", "13:00-21:00"]',
        "monday: []",
        "calendars.service.week.monday",
        'no such value "monday"; name one of mon, tue',
    ),
    ("    always: true", "    always: false", "calendars.always.week", "is never open"),
    (
        "within: 1h, calendar: service}",
        "within: 1 hour, calendar: service}",
        "clocks[0].within",
        "a duration is written as 5m, 1h, 7d or 1h30m",
    ),
    ("within: 1h, calendar: service}", "within: 0m, calendar: service}", "clocks[0].within", "a promise needs some time"),
    (
        "  - {clock: first_reply, within: 5m, calendar: service, channel: chat}",
        "  - {clock: first_reply, within: 3h, calendar: service}\n  - {clock: first_reply, within: 5m, calendar: service, channel: chat}",
        "clocks[1]",
        "can never be reached: whatever fits it (everything) goes to",
    ),
    (
        "  - {clock: first_reply, within: 1h, calendar: service}\n",
        "",
        "clocks",
        "no promise for first_reply with kind inquiry, group product, channel app, priority P1; add a row for first_reply that names nothing else",
    ),
    ("  - {clock: transfer, within: 30m, calendar: service}\n", "", "clocks", "no promise for transfer; add a row"),
    (
        "  - {id: order, group: order, team: after_sales, tier: merchant}\n",
        "",
        "routing",
        "no row for kind inquiry, issue order.cancel, priority P2",
    ),
    (
        "  - {id: warranty, issue",
        "  - {id: again, issue: product.counterfeit_suspected, team: rules, tier: merchant}\n  - {id: warranty, issue",
        "routing[8]",
        "can never be reached: whatever fits it (issue: product.counterfeit_suspected) goes to routing[0], routing[5], routing[7]; remove",
    ),
    (
        "{id: counterfeit, issue",
        "{id: counterfeit, group: order, issue",
        "routing[7].group",
        "product.counterfeit_suspected is not in the group order",
    ),
    (
        "{id: payment, group",
        "{id: product, group",
        "routing[12].id",
        'the id "product" is taken by routing[9]; give each row its own',
    ),
    ("agent: 200000", "agent: 10000", "approval.agent", "an agent may give less (10000) than the machine (20000); raise it"),
    (
        "merchant: null",
        "merchant: 10000",
        "approval.merchant",
        "a merchant may give less (10000) than the machine (20000); raise it",
    ),
    (
        "    - [P4, P4, P3, P2]\n",
        "",
        "grading.matrix",
        "has to be four rows (severity 0 to 3) of four priorities (urgency 0 to 3)",
    ),
    (
        "- [P4, P4, P3, P2]",
        "- [P4, P4, P3, P4]",
        "grading.matrix[0][3]",
        "severity 0 with urgency 3 is less urgent (P4) than a lighter case; raise it",
    ),
    ("[20000, 1]", "[20000, 4]", "grading.money[0]", "points go from 0 to 3, not 4"),
    ("remind_after: 36h", "remind_after: 72h", "answers.customer.remind_after", "the reminder comes after the deadline"),
    (
        "fact: payment.duplicate_minor",
        "fact: payment.duplicates",
        "liability[0].when[0].fact",
        'no such fact "payment.duplicates"; did you mean "payment.',
    ),
    (
        "{fact: payment.captured_count, is: 1}",
        "{fact: payment.captured_count}",
        "liability[1].when[0]",
        "tests nothing or two things",
    ),
    ("id: charged-once", "id: charged-twice", "liability[1].id", 'the id "charged-twice" is taken by liability[0]'),
    ("  case.replied:", "  case.answered:", "messages.case.answered", 'no such value "case.answered"; name one of case.opened'),
    ("case.triage_needed: {to: [agent]}", "case.triage_needed: {to: []}", "messages.case.triage_needed.to", "is told to nobody"),
    ("max_rounds: 5", "max_round: 5", "max_round", 'there is no such field; did you mean "max_rounds"?; correct or remove it'),
    ("max_rounds: 5", "max_rounds: 50", "max_rounds", "should be less than or equal to 20; it is 50"),
    ("max_rounds: 5", "max_rounds: 5\nmax_rounds: 4", "max_rounds", "is written twice; keep one"),
    ("currency: CNY\n", "currency: yuan\n", "currency", "should match pattern"),
    ("{zh: 尺码不合, en: wrong size}", "{zh: 尺码不合}", "issues.product.size_mismatch.name.en", "is missing; add it"),
    (
        "{zh: 尺码不合, en: wrong size}",
        "{zh: 尺码不合, en: wrong, too small}",
        "issues.product.size_mismatch.name.too small",
        "put a text with a comma in quotes",
    ),
    (
        "remedies: [explanation, coupon, apology, service_improvement]",
        "remedies: []",
        "issues.rules.platform_rule.remedies",
        "offers nothing",
    ),
    ("    ask: [carrier, merchant]", "    ask: [platform]", "issues.logistics.delay.ask", "platform cannot be asked"),
    (
        "tier: platform\n",
        "tier: boss\n",
        "issues.product.counterfeit_suspected.tier",
        'no such value "boss"; name one of merchant, platform',
    ),
]


@pytest.mark.parametrize(
    ("part", "instead", "field", "detail"), BAD, ids=[f"{field}: {detail[:30]}" for _, _, field, detail in BAD]
)
def test_a_wrong_file_is_refused_with_field_and_mend(policy_text: str, part: str, instead: str, field: str, detail: str) -> None:
    lines = refused(mended(policy_text, part, instead))
    assert any(f" {field}: " in line and detail in line for line in lines), lines


@pytest.mark.parametrize(
    ("part", "instead", "field"),
    [
        ("{id: rules, group: rules, team: rules", "{id: rules, group: rules, team: rule", "routing[14].team"),
        ("zone: Asia/Shanghai", "zone: Nowhere", "calendars.service.zone"),
        ("within: 8h", "within: soon", "clocks[10].within"),
        ("low_score: 2", "low_score: 9", "low_score"),
        ('tue: ["09:00-12:00", "13:00-21:00"]', 'tue: ["9"]', "calendars.service.week.tue[0]"),
    ],
)
def test_a_fault_names_the_line_it_is_on(policy_text: str, part: str, instead: str, field: str) -> None:
    text = mended(policy_text, part, instead)
    (line,) = refused(text)
    assert line.startswith(f"{FILE}:{line_of(text, instead)} {field}: ")


@pytest.mark.parametrize(
    ("table", "first_line", "missing"),
    [
        ("waits", "  reopening: #", "reopening is missing"),
        ("answers", "  carrier:\n", "carrier is missing"),
        ("issues", "  rules.platform_rule:", "rules.platform_rule is missing"),
    ],
)
def test_what_a_case_needs_cannot_be_left_out(policy_text: str, table: str, first_line: str, missing: str) -> None:
    start = policy_text.index(first_line)
    end = start + re.search(r"\n(?=\S|\n|  \S)", policy_text[start:]).end()  # pyright: ignore[reportOptionalMemberAccess]
    (line,) = refused(policy_text[:start] + policy_text[end:])
    assert line.startswith(f"{FILE}:{line_of(policy_text, f'{chr(10)}{table}:') + 1} {table}: {missing}; add it with ")


def test_every_fault_is_told_at_once_in_the_files_order(policy_text: str) -> None:
    text = mended(mended(policy_text, "agent: 200000", "agent: 1"), "zone: Asia/Shanghai", "zone: Nowhere")
    first, second = refused(text)
    assert "calendars.service.zone" in first
    assert "approval.agent" in second


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: [", "this is no YAML"),
        ("", "a policy is a table of fields; begin with policies/default.yaml"),
        ("- a\n- b\n", "a policy is a table of fields"),
        ("version: '1'\n", "calendars: is missing; add it"),
        ("calendars: no\nversion: '1'\n", "calendars: must be a table of fields, is False; write name: value"),
    ],
)
def test_a_file_that_is_no_policy_at_all_is_told_so(text: str, told: str) -> None:
    assert any(told in line for line in refused(text))


def test_a_file_that_is_not_there_is_told_with_the_setting_to_mend(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"cannot be read: No such file or directory; set REDRESS_POLICY"):
        load_policy(tmp_path / "missing.yaml")


def test_a_marketplace_may_name_regions_and_merchants(policy_text: str) -> None:
    rows = """routing:
  - {id: shanghai, group: product, kind: after_sales, region: CN-31, team: technical, tier: platform}
  - {id: shop, group: product, kind: after_sales, merchant: shop-1, team: technical, tier: platform}
  - {id: shop-there, group: product, merchant: shop-1, region: CN-31, kind: inquiry, team: technical, tier: platform}
"""
    policy = parse_policy(mended(policy_text, "routing:\n", rows), FILE)
    assert [row.id for row in policy.routing][:3] == ["shanghai", "shop", "shop-there"]
    assert policy.routing[0].kind is Kind.AFTER_SALES
