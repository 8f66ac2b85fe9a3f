"""Every event says something to everybody, in both languages, whatever its data (NTF-1); the acknowledgement on a holiday (REC-4)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.common.events import Event
from models.common.vocabulary import Locale, Role
from models.policy.policy import MessageRule
from rules.common.yaml import content_of
from rules.notifications.texts import TEXTS, TextsError, load_texts, texts
from rules.policy.load import load_policy
from settings import Settings

HERE = texts("Asia/Shanghai")
message, timeline_text = HERE.message, HERE.timeline_text
DUE = "2026-03-02T09:30:00+00:00"
WORDS = "外箱破损 torn open"
PLAUSIBLE: dict[str, Any] = {
    "cases": 120,
    "costly": [{"party": "carrier", "issue": "Parcel lost", "cases": 9, "amount_minor": 12_900}],
    "worse": [{"party": "carrier", "who": "YTO", "region": "CN-65", "issue": "Parcel lost", "cases": 20, "usual": 1}],
    "note_url": "https://desk.example/v1/credit-notes/links/x",
    "review_url": "https://desk.example/v1/reviews/links/x",
    "since": "2026-05-11",
    "before": 40,
    "after": 10,
    "expected": 40.0,
    "amount_minor": 12_900,
    "whole_minor": 12_900,
    "reduced_minor": 1_000,
    "restocking_minor": 500,
    "pieces": 1,
    "shares": ["L1 × 1: 70%"],
    "accepted_minor": 9_000,
    "recovered_minor": 9_000,
    "paid_minor": 9_000,
    "owed_minor": 9_000,
    "lost_minor": 9_000,
    "tax_minor": 1_300,
    "twice_minor": 9_000,
    "fee_minor": 1_500,
    "fee_currency": "CNY",
    "back": False,
    "told": True,
    "good_will": True,
    "currency": "CNY",
    "kind": "after_sales",
    "channel": "app",
    "order_id": "O-1001",
    "first_reply_due": DUE,
    "plan_due": DUE,
    "resolution_due": DUE,
    "holiday": "国庆节",
    "until": DUE,
    "expected_at": DUE,
    "deadline": DUE,
    "start": DUE,
    "end": DUE,
    "allowed_minor": 800,
    "deducted_minor": 800,
    "due": DUE,
    "opened_at": DUE,
    "evidence": 2,
    "of": "merchant",
    "party": "carrier",
    "tier": "platform",
    "team": "after_sales",
    "handler": "alice",
    "issue_zh": "包裹破损",
    "issue_en": "damaged parcel",
    "issue": "logistics.damaged",
    "options": [
        {
            "currency": "CNY",
            "remedies": ["refund_only", "apology"],
            "amounts": [5000, None],
            "days": 3,
            "freight": None,
            "why": WORDS,
        },
        {"currency": "CNY", "remedies": ["exchange"], "amounts": [None], "days": 1, "freight": "customer", "why": WORDS},
    ],
    "remedies": ["refund_only", "coupon"],
    "amounts": [9_000, 500],
    "remedy": "exchange",
    "appellant": "merchant",
    "asker": "customer",
    "question_zh": "发货前是否检查过？",
    "question_en": "Was it checked before it was sent?",
    "added": ["vip", "batch-7"],
    "removed": ["vip"],
    "titles": ["Mug", "Lamp"],
    "reasons": ["money>=1000.00"],
    "clocks": ["first_reply"],
    "rounds": 5,
    "round": 1,
    "outcome": "resolved",
    "clock": "resolution",
    "held_by": "merchant",
    "admits": False,
    "lowest": 1,
    "facts": 7,
    "option": 1,
}
LETTER = {"case_id": "RD-1", "then": "逾期关闭", "emergency_contact": "400-000-0000"}


def plausible(event: Event) -> dict[str, Any]:
    return {key: PLAUSIBLE.get(key, WORDS) for key in sorted(event.data)}


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("event", Event)
def test_every_event_is_told_in_a_whole_sentence(event: Event, locale: Locale) -> None:
    said = timeline_text(event, plausible(event), locale)
    assert said
    assert said != event.value
    for sign in ("None", "{", "—", "  "):
        assert sign not in said
    for role in Role.people():
        subject, body = message(event, role, {**plausible(event), **LETTER}, locale, "Europe/Berlin")
        assert subject
        assert "\n" not in subject
        assert body
        assert event.value not in {subject, body}
        for sign in ("None", "{", "—"):
            assert sign not in body


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("event", Event)
def test_an_event_with_nothing_known_is_still_told(event: Event, locale: Locale) -> None:
    assert timeline_text(event, {}, locale)
    assert all(message(event, Role.CUSTOMER, {}, locale))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(st.sampled_from(Event), st.sampled_from(Locale), st.data())
def test_no_data_whatsoever_stops_a_case(event: Event, locale: Locale, data: st.DataObject) -> None:
    junk = {key: data.draw(JSON) for key in sorted(event.data)}
    assert isinstance(timeline_text(event, junk, locale), str)
    subject, _ = message(event, Role.CUSTOMER, junk, locale)
    assert "\n" not in subject


def test_times_are_told_in_the_readers_zone_and_language() -> None:
    data = {"order_id": "O-1", "until": DUE}
    assert "3月2日17:30" in timeline_text(Event.ORDER_UNKNOWN, data, Locale.ZH)
    assert "3月2日10:30（GMT+1）" in timeline_text(Event.ORDER_UNKNOWN, data, Locale.ZH, "Europe/Berlin")
    assert "2 Mar, 15:00 (GMT+5:30)" in timeline_text(Event.ORDER_UNKNOWN, data, Locale.EN, "Asia/Kolkata")
    assert "3月2日17:30" in timeline_text(Event.ORDER_UNKNOWN, data, Locale.ZH, "No/Where")


def test_a_reader_without_a_zone_reads_the_markets() -> None:
    data, new_york = {"order_id": "O-1", "until": DUE}, texts("America/New_York")
    assert "2 Mar, 04:30 (GMT-5)" in new_york.timeline_text(Event.ORDER_UNKNOWN, data, Locale.EN)
    assert "3月2日04:30" in new_york.timeline_text(Event.ORDER_UNKNOWN, data, Locale.ZH)
    assert "3月2日17:30（GMT+8）" in new_york.timeline_text(Event.ORDER_UNKNOWN, data, Locale.ZH, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("minor", "currency", "zh", "en"),
    [
        (1290, "CNY", "¥12.90", "CNY 12.90"),
        (123_456_789, "EUR", "EUR 1,234,567.89", "EUR 1,234,567.89"),
        (500, "JPY", "JPY 500", "JPY 500"),
        (12_345, "KWD", "KWD 12.345", "KWD 12.345"),
    ],
)
def test_money_is_told_as_people_write_it(minor: int, currency: str, zh: str, en: str) -> None:
    data = {"amount_minor": minor, "currency": currency}
    assert zh in timeline_text(Event.REFUND_ARRIVED, data, Locale.ZH)
    assert en in timeline_text(Event.REFUND_ARRIVED, data, Locale.EN)


@pytest.mark.parametrize("event", [Event.REFUND_REQUESTED, Event.REFUND_ARRIVED])
def test_a_refund_says_when_it_goes_to_the_balance(event: Event) -> None:
    data = {**plausible(event), **LETTER}
    for to, said in (("balance", True), ("original", False), (None, False)):
        zh, en = (message(event, Role.CUSTOMER, {**data, "to": to}, locale)[1] for locale in Locale)
        assert ("余额" in zh, "your balance" in en) == (said, said)
        assert ("余额" in timeline_text(event, {**data, "to": to}, Locale.ZH)) is said


NEGOTIATION = [event for event in Event if event.value.startswith(("resolution.", "investigation."))]


@pytest.mark.parametrize("event", NEGOTIATION)
def test_nobody_reads_a_code(event: Event) -> None:
    codes = {"refund_only", "exchange", "apology", "coupon", "price_adjustment", "merchant", "carrier", "platform", "after_sales"}
    data = {**plausible(event), **LETTER}
    for role in Role.people():
        said = " ".join([timeline_text(event, data, Locale.ZH), *message(event, role, data, Locale.ZH)])
        assert not [code for code in codes if code in said]


def test_each_remedy_is_told_with_its_own_amount() -> None:
    data = {**plausible(Event.PROPOSED), **LETTER}
    zh, en = (message(Event.PROPOSED, Role.CUSTOMER, data, locale)[1] for locale in Locale)
    assert "1. 退款 ¥50.00、致歉，约 3 天完成。" in zh
    assert "2. 换货，约 1 天完成，运费由您承担。" in zh
    assert "1. Refund CNY 50.00 + apology, done in about 3 days." in en
    assert "2. Exchange, done in about 1 day, freight paid by you." in en
    assert "CNY 90.00 + coupon CNY 5.00" in timeline_text(Event.RULED, data | plausible(Event.RULED), Locale.EN)


def test_a_message_in_both_languages_says_the_same_twice() -> None:
    known = {**plausible(Event.INFORMATION_REQUESTED), **LETTER}
    subject, body = HERE.message_in(Event.INFORMATION_REQUESTED, Role.MERCHANT, dict.fromkeys(Locale, known))
    assert subject == "请就工单 RD-1 作出说明 · Please make a statement on case RD-1"
    assert "发货前是否检查过？" in body
    assert "Was it checked before it was sent?" in body


def test_a_persons_words_are_never_a_template() -> None:
    words = "{{ 7 * 7 }} {% for x in y %} <b>&amp;"
    assert words in timeline_text(Event.REPLIED, {"words": words}, Locale.ZH)


def test_the_acknowledgement_on_a_holiday_names_the_emergency_contact() -> None:
    known = {**plausible(Event.OPENED), **LETTER}
    for locale in Locale:
        assert "400-000-0000" in message(Event.OPENED, Role.CUSTOMER, known, locale)[1]
        assert "400-000-0000" not in message(Event.OPENED, Role.CUSTOMER, {**known, "holiday": None}, locale)[1]


def test_the_default_policy_tells_customers_only_what_has_words_for_them() -> None:
    HERE.check(load_policy(Settings().policy).messages)


def test_telling_customers_an_internal_event_is_refused_by_its_name() -> None:
    with pytest.raises(TextsError, match=r"case\.graded"):
        HERE.check({Event.GRADED: MessageRule(to=(Role.CUSTOMER,))})


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"zh": "好。", "en": "It is {{ amuont }}."}, r"case.taken \(en\), timeline timeline: unknown variable amuont.*handler"),
        ({"zh": "{{ handler", "en": "x"}, r"case.taken \(zh\), timeline timeline: TemplateSyntaxError"),
        ({"zh": "{{ handler | loud }}", "en": "x"}, r"case.taken \(zh\).*loud"),
        ({"zh": "{% if handler is loud %}x{% endif %}", "en": "x"}, r"case.taken \(zh\).*unknown test loud"),
        ({"zh": "", "en": "x"}, r"case.taken \(zh\).*empty"),
        ({"zh": "{{ ''.__class__ }}{{ handler.x.y }}", "en": "x"}, r"case.taken \(zh\)"),
        ({"zh": "x"}, r"case.taken.timeline.en"),
        (None, r"case.taken: no texts"),
    ],
)
def test_a_broken_text_is_refused_by_event_and_language(broken: dict[str, str] | None, fault: str, tmp_path: Any) -> None:
    content = content_of(TEXTS.read_text(encoding="utf-8"))
    if broken is None:
        del content["events"]["case.taken"]
    else:
        content["events"]["case.taken"]["timeline"] = broken
    path = tmp_path / "texts.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(TextsError, match=fault):
        load_texts(path, "UTC")
