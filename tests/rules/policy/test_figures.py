"""Texts of the policy and the first answers name its figures: a changed figure changes the words, and none is written out beside it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest

from models.common.vocabulary import Issue, Locale, Party, RemedyKind, WaitFor
from models.policy.policy import Policy
from rules.common.format import duration_in
from rules.common.yaml import content_of
from rules.policy.knowledge import ANSWERS, first_answers
from rules.policy.load import PolicyError, parse_policy, slice_policy
from tests.rules.policy.test_default_policy import NOW


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(days=7), "7 天", "7 days"),
        (timedelta(hours=72), "3 天", "3 days"),
        (timedelta(hours=48), "48 小时", "48 hours"),
        (timedelta(hours=1), "1 小时", "1 hour"),
        (timedelta(minutes=90), "1 小时 30 分钟", "1 hour 30 minutes"),
        (timedelta(days=2, hours=12), "2 天 12 小时", "2 days 12 hours"),
        (timedelta(seconds=30), "30 秒", "30 seconds"),
        (timedelta(0), "0 分钟", "0 minutes"),
    ],
)
def test_durations_are_said_in_days_hours_and_minutes(span: timedelta, zh: str, en: str) -> None:
    assert (duration_in(span, Locale.ZH), duration_in(span, Locale.EN)) == (zh, en)


def row(policy: Policy, id_: str) -> str:
    """What a customer reads of an eligibility row, both languages and both answers."""
    found = next(row for row in policy.eligibility.rules if row.id == id_)
    texts = [found.why, *([found.otherwise] if found.otherwise else [])]
    return " | ".join(text.in_(locale) for text in texts for locale in Locale)


CHANGES = [
    (
        "no-reason-return",
        "      issues: [product.no_reason_return]\n      days: 7",
        "      issues: [product.no_reason_return]\n      days: 14",
        ["签收后 14 天内可无理由退货", "within 14 days of delivery", "已超过签收后 14 天的", "the 14 days after delivery"],
    ),
    (
        "quality-return",
        "remedies: [exchange]\n      days: 15",
        "remedies: [exchange]\n      days: 30",
        ["换货（30 天内）", "(30 days)"],
    ),
    (
        "refund-in-part",
        "share: 0.5\n      whole_up_to: 5000",
        "share: 0.25\n      whole_up_to: 1250",
        ["25%", "¥12.50", "CNY 12.50"],
    ),
    ("coupon-goodwill", "most: 5000", "most: 900", ["最高 ¥9.00", "CNY 9.00 at most"]),
    (
        "reship-stalled",
        "remedies: [reship]\n      when: [{fact: shipment.hours_without_scan, at_least: 120}]",
        "remedies: [reship]\n      when: [{fact: shipment.hours_without_scan, at_least: 36}]",
        ["超过 36 小时没有更新", "more than 36 hours"],
    ),
    ("coupon-goodwill", "currency: CNY", "currency: CHF", ["最高 CHF 50.00", "CHF 50.00 at most"]),
]


@pytest.mark.parametrize(("id_", "written", "instead", "said"), CHANGES)
def test_a_changed_figure_changes_the_words(policy_text: str, id_: str, written: str, instead: str, said: list[str]) -> None:
    changed = policy_text.replace(written, instead, 1)
    assert changed != policy_text
    for words in said:
        assert words in row(parse_policy(changed, "policy.yaml"), id_)


def test_other_rows_and_tables_may_be_named_by_their_path(policy_text: str) -> None:
    changed = policy_text.replace(
        "  inspection: # the merchant looks at what came back\n    within: 48h", "  inspection:\n    within: 96h"
    )
    policy = parse_policy(changed, "policy.yaml")
    steps = policy.eligibility.courses[RemedyKind.RETURN_AND_REFUND].steps
    assert any("4 days of their arrival" in step.en for step in steps)
    assert any("4 天内验收" in step.zh for step in steps)


def test_a_fact_is_said_in_its_unit(policy_text: str) -> None:
    changed = policy_text.replace("payment.refund_pending_hours, at_least: 168", "payment.refund_pending_hours, at_least: 30", 1)
    policy = parse_policy(changed, "policy.yaml")
    found = next(row for row in policy.liability if row.id == "refund-overdue")
    assert (found.party, found.basis.zh) == (Party.PLATFORM, "退款申请后超过 30 小时仍未到账")


def test_a_case_takes_the_words_along_and_keeps_them(policy_text: str) -> None:
    changed = re.sub(r"( confirmation: .*\n    within: )7d", r"\g<1>9d", policy_text)
    old, new = (slice_policy(parse_policy(text, "policy.yaml"), NOW) for text in (policy_text, changed))
    assert old.waits[WaitFor.CONFIRMATION].then.en == "closed by itself after 7 days of silence, once everything is verified"
    assert new.waits[WaitFor.CONFIRMATION].then.en == "closed by itself after 9 days of silence, once everything is verified"
    assert old.digest != new.digest
    assert "{{" not in new.model_dump_json()


BAD = [
    (
        "{{ whole_up_to | money }} wholly",
        "{{ whole_upto | money }} wholly",
        "en",
        'no such figure "whole_upto"; did you mean "whole_up_to"?',
    ),
    (
        "within {{ waits.inspection }} of",
        "within {{ waits.inspecton }} of",
        "en",
        'no such figure "inspecton"; did you mean "inspection"?',
    ),
    (
        "within {{ waits.inspection }} of",
        "within {{ waits }} of",
        "en",
        "is a table of figures; name one of answer_check, answers",
    ),
    ("within {{ waits.inspection }} of", "within {{ waits.inspection of", "en", "expected token 'end of print statement'"),
    ("coupons are {{ most | money }}", "coupons are {{ within }}", "en", 'no such figure "within"'),
    ("最高 {{ most | money }}", "最高 {{ most | moneys }}", "zh", "No filter named 'moneys'"),
    ("所付金额的 {{ share | percent }}（", "所付金额的 {{ share }}（", "zh", "0.5 is a share; write it with | percent"),
]


@pytest.mark.parametrize(("written", "instead", "language", "said"), BAD)
def test_a_text_that_names_no_figure_is_refused_with_line_and_choice(
    policy_text: str, written: str, instead: str, language: str, said: str
) -> None:
    changed = policy_text.replace(written, instead, 1)
    assert changed != policy_text
    with pytest.raises(PolicyError) as refused:
        parse_policy(changed, "policy.yaml")
    (fault,) = refused.value.faults
    assert said in fault.detail
    assert fault.field.endswith(f".{language}")
    assert instead in changed.splitlines()[fault.line - 1]


FIGURE = re.compile(
    r"\d|[一二三四五六七八九十百两半]+(?:个)?(?:天|日|小时|分钟|周|月|年|元|成)|一半"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|half|fifth|an hour|a day|a week|a month|a year)\b"
)
NAMED = re.compile(r"\{\{.*?\}\}")


def texts_of(content: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in both languages, as it is written, with where it is."""
    match content:
        case {"zh": str(zh), "en": str(en)}:
            yield from ((f"{path}.zh", zh), (f"{path}.en", en))
        case dict():
            for name, of in cast("dict[str, Any]", content).items():
                yield from texts_of(of, f"{path}.{name}")
        case list():
            for index, of in enumerate(cast("list[Any]", content)):
                yield from texts_of(of, f"{path}[{index}]")
        case _:
            return


def test_no_text_of_the_policy_writes_a_figure_out(policy_text: str) -> None:
    texts = {path: text for path, text in texts_of(content_of(policy_text)) if not path.startswith(".emergency_contact")}
    assert len(texts) > 300
    assert not {path: text for path, text in texts.items() if FIGURE.search(NAMED.sub("", text))}


OF_OTHERS = {
    "refund-arrival": "of banks",
    "invoice": "of the shop",
    "invoice-change": "of the shop",
    "delivery-when": "the merchant's promise",
    "delivery-appointment": "of the carrier",
    "tracking-stalled": "of the carrier",
    "coupon-returned": "of the shop",
    "coupon-unusable": "of the shop",
    "price-protection": "of the shop",
    "warranty": "of the workshop",
    "charged-twice": "of the shop",
    "evidence": "a setting",
}
"""Answers that write out figures which are not the policy's."""


def test_first_answers_write_out_only_the_times_of_others() -> None:
    entries = content_of(ANSWERS.read_text(encoding="utf-8"))
    literal = {entry["id"] for entry in entries for _, text in texts_of(entry) if FIGURE.search(NAMED.sub("", text))}
    assert literal == OF_OTHERS.keys()


def test_first_answers_say_the_policys_figures(policy: Policy) -> None:
    answers = {entry.id: entry.body for entry in first_answers(policy).entries}
    assert "within 7 days of delivery and exchanged within 15 days" in answers["quality-return"].en
    assert "3 to 12 months" in answers["warranty"].en
    assert "15 天内可以重新打开" in answers["reopen"].zh
    assert "{{" not in "".join(body.zh + body.en for body in answers.values())


def test_an_answer_about_what_the_policy_does_not_have_is_left_out_and_told(policy: Policy) -> None:
    rules = tuple(row for row in policy.eligibility.rules if row.id != "reship-short-or-wrong")
    without = policy.model_copy(update={"eligibility": policy.eligibility.model_copy(update={"rules": rules})})
    answers = first_answers(without)
    assert "missing-item" not in {entry.id for entry in answers.entries}
    assert len(answers.left_out) == len(Locale)
    assert re.match(r"knowledge\.yaml:\d+ .*: no such figure \"reship_short_or_wrong\"; ", answers.left_out[0])


def test_an_issue_is_named_without_the_figure_of_one_market(policy: Policy) -> None:
    assert policy.issues[Issue.NO_REASON_RETURN].name.zh == "无理由退货"
