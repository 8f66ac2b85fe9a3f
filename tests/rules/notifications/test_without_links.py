"""No link of a party goes out in the platform's name (NTF-3): whichever field it stands in, however it is written."""

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.common.events import Event
from models.common.vocabulary import Locale, Role
from rules.notifications.texts import OWN_WORDS, texts
from rules.notifications.without_links import LONGEST_SMS, for_sms, without_links

MESSAGE = texts("Asia/Shanghai").message
LINK = "https://evil.example/pay?id=1"


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("see https://evil.example/pay?id=1 now", "see evil[.]example/… now"),
        ("http://bank.com@evil.com/x请点击", "bank[.]com@evil[.]com/…请点击"),
        ("HTTP:\\\\evil.com", "evil[.]com"),
        ("https://evil。com/x", "evil[.]com/…"),
        ("http://1.2.3.4/x", "1[.]2[.]3[.]4/…"),
        ("www.evil.co.uk.", "www[.]evil[.]co[.]uk."),
        ("evil.com:80/path?query", "evil[.]com:80/…"),
        ("evil．com", "evil[.]com"),
        ("ev\u200bil.com \u202emoc.live", "evil[.]com moc[.]live"),
        ("mailto:a@evil.com?subject=x", "a@evil[.]com/…"),
        ("weixin://dl/business", "dl/…"),
        ("tel:+8613800000000", "+8613800000000"),
    ],
)
def test_a_link_can_be_recognised_and_not_followed(written: str, sent: str) -> None:
    assert without_links(written) == sent


@pytest.mark.parametrize(
    "words", ["坏了。请退款", "Broken. Refund CNY 12.50, 3.5kg!", "wait...what", "第一行\n第二行", "RD-1, O-1001"]
)
def test_words_without_links_stay_as_they_are(words: str) -> None:
    assert without_links(words) == words


@given(st.text(alphabet="ab.:/\\@?#。．[]… \n中1-", max_size=40))
def test_no_writing_leaves_a_scheme_or_a_name_that_mail_programs_know(words: str) -> None:
    sent = without_links(words)
    assert not re.search(r"[a-z]:[/\\]{2}|\w[.．](?=[a-z中]{2})", sent)
    assert without_links(sent) == sent


def test_long_words_take_no_time() -> None:
    began = time.perf_counter()
    for sign in ("a.", "a", "http:", "https://", "[.]a", "/"):
        without_links(sign * (8000 // len(sign)))
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("event", Event)
def test_no_field_of_any_event_brings_a_link_or_a_header_into_a_message(event: Event, locale: Locale) -> None:
    """Also those of events that are still to come: what no party writes is listed, everything else is a party's."""
    words = f"hello {LINK}\r\nBcc: everybody@evil.example"
    options = [{"why": words, "remedies": [words], "amounts": [1], "currency": words, "freight": words, "days": words}]
    data: dict[str, Any] = {name: options if name == "options" else words for name in event.fields.keys() - OWN_WORDS}
    for role in Role.people():
        subject, body = MESSAGE(event, role, {**data, "case_id": "RD-1"}, locale)
        assert "evil.example" not in subject + body
        assert "://" not in subject + body
        assert "\n" not in subject
        assert "\r" not in subject + body


def test_links_of_our_own_stay() -> None:
    ours = {"pay_url": "https://pay.example/c/1", "amount_minor": 900, "currency": "CNY", "until": "2026-03-02T09:30:00+00:00"}
    assert "https://pay.example/c/1" in MESSAGE(Event.CHARGE_ASKED, Role.CUSTOMER, ours, Locale.EN)[1]
    answer = {"title": "Refunds", "body": "See https://shop.example/help"}
    assert "https://shop.example/help" in MESSAGE(Event.ANSWER_SUGGESTED, Role.CUSTOMER, answer, Locale.EN)[1]


def test_the_case_shows_the_words_as_they_were() -> None:
    assert LINK in texts("UTC").timeline_text(Event.DISPUTED, {"reason": LINK}, Locale.EN)


@pytest.mark.parametrize("words", ["word " * 500, "字" * 3000, "短。" * 900])
def test_an_sms_has_an_end(words: str) -> None:
    cut = for_sms(words)
    assert LONGEST_SMS // 2 < len(cut) <= LONGEST_SMS
    assert cut.endswith(" …")
    assert for_sms("short") == "short"
