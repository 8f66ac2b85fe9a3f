"""A wrong policy file is refused with every fault at once: line, field and mend."""

import re
from pathlib import Path

import pytest

from models.common.vocabulary import Kind
from rules.policy.load import PolicyError, load_policy, parse_policy

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


def test_the_shipped_file_is_read_once() -> None:
    path = Path(__file__).parents[3] / FILE
    assert load_policy(path) is load_policy(path)


BAD = [
    ("teams: [rules], shift", "teams: [rule], shift", "agents[10].teams", 'no such team "rule"; did you mean "rules"?'),
    ("teams: [rules], shift: office", "teams: [rules], shift: nights", "agents[10].shift", 'no such calendar "nights"'),
    ("id: chen.jie", "id: lin.wei", "agents[1].id", 'the id "lin.wei" is taken by agents[0]; give each their own'),
    ("teams: [after_sales], shift", "teams: [], shift", "agents[0].teams", "an agent needs a team; name one of after_sales"),
    (
        "skills: [product]",
        "skills: [products]",
        "agents[6].skills[0]",
        'no such issue or group "products"; name one like logistics.damaged or logistics',
    ),
    (
        "technical: {zh: 技术支持, en: technical support}",
        "technical: {zh: 技术支持, en: technical support}\n  returns: {zh: 退货, en: returns}",
        "teams.returns",
        "has no people; give an agent of `agents` the team returns, or leave `agents` out",
    ),
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
        'no such calendar "ofice"; did you mean "office"?; name one of always, britain, china, office, service',
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
        "zone",
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
    ("    zone: Europe/London\n    always: true", "    zone: Europe/London", "calendars.britain.week", "is never open"),
    (
        'counting: {"*": china',
        'counting: {"*": chine',
        "eligibility.counting.*",
        'no such calendar "chine"; did you mean "china"?',
    ),
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
    (
        "{fact: payment.duplicate_minor, at_least: 1}",
        "{fact: payment.refund_pending, at_least: 1}",
        "liability[0].when[0].at_least",
        "payment.refund_pending is yes or no; write is: true or is: false",
    ),
    (
        "{fact: payment.captured_count, is: 1}",
        "{fact: payment.captured_count, is: true}",
        "liability[1].when[0].is",
        "payment.captured_count is a number; write is, at_least or below with a number",
    ),
    (
        "{fact: payment.captured_count, is: 1}",
        "{fact: line.marks, is: custom}",
        "liability[1].when[0].is",
        "line.marks has a value for each line; ask only whether it is known",
    ),
    (
        "{fact: shipment.status, is: lost}",
        "{fact: shipment.status, is: lots}",
        "liability[13].when[0].is",
        'no such value of shipment.status "lots"; did you mean "lost"?; name one of created, delivered',
    ),
    (
        "{fact: delivery.late_hours, at_least: 0, below: 24}",
        "{fact: delivery.late_hours, at_least: 24, below: 24}",
        "liability[18].when[0].below",
        "nothing is at least 24 and below 24; widen it",
    ),
    (
        "{fact: payment.captured_count, is: 1}",
        "{fact: order.promised_at, known: true}",
        "issues.payment.charged_twice.facts",
        'the liability row "charged-once" looks at order.promised_at; add it here, or take payment.charged_twice from the row',
    ),
    (
        "facts: [line.category, line.marks",
        "facts: [line.categories, line.marks",
        "issues.product.quality_defect.facts[0]",
        'did you mean "line.category"?',
    ),
    (
        "facts: [line.category, line.marks",
        "facts: [line.marks, line.marks",
        "issues.product.quality_defect.facts[1]",
        "line.marks is named twice; keep one",
    ),
    (
        "    facts: [evidence.count, service.missed_by_platform]\n",
        "",
        "issues.service.platform_attitude.facts",
        "names no facts; list those that matter",
    ),
    ("id: charged-once", "id: charged-twice", "liability[1].id", 'the id "charged-twice" is taken by liability[0]'),
    ("  case.replied:", "  case.answered:", "messages.case.answered", 'no such value "case.answered"; name one of case.opened'),
    ("case.triage_needed: {to: [agent]}", "case.triage_needed: {to: []}", "messages.case.triage_needed.to", "is told to nobody"),
    (
        "case.triage_needed: {to: [agent]}",
        "case.triage_needed: {to: [merchant]}",
        "messages.case.triage_needed.to",
        "merchant does not read this event (docs/readers.md); remove the role",
    ),
    ("max_rounds: 5", "max_round: 5", "max_round", 'there is no such field; did you mean "max_rounds"?; correct or remove it'),
    ("max_rounds: 5", "max_rounds: 50", "max_rounds", "should be less than or equal to 20; it is 50"),
    ("max_rounds: 5", "max_rounds: 5\nmax_rounds: 4", "max_rounds", "is written twice; keep one"),
    ("currency: CNY\n", "currency: yuan\n", "currency", "should match pattern"),
    ("rates: {USD: 7.2,", "rates: {USD: 0,", "rates.USD", "should be greater than 0"),
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
        "    tier: platform\n    facts: [line.category",
        "    tier: boss\n    facts: [line.category",
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
        ("zone: Asia/Shanghai", "zone: Nowhere", "zone"),
        ("zone: Europe/London", "zone: Nowhere", "calendars.britain.zone"),
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
    assert " zone: " in first
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
