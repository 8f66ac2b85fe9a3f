"""Money as people read it, by the decimals of ISO 4217 (RES-18)."""

import pytest

from models.common.vocabulary import Locale
from rules.common.format import money_in


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (129_012, "CNY", "CNY 1,290.12"),
        (1_200, "JPY", "JPY 1,200"),
        (12_345, "KWD", "KWD 12.345"),
        (12_345, "OMR", "OMR 12.345"),
        (12_340, "TND", "TND 12.340"),
        (1_200, "ISK", "ISK 1,200"),
        (1_200, "XOF", "XOF 1,200"),
        (12_345, "UYW", "UYW 1.2345"),
        (0, "JPY", "JPY 0"),
        (10**12, "CNY", "CNY 10,000,000,000.00"),
        (-1_200, "CNY", "-CNY 12.00"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(minor: int, currency: str, shown: str) -> None:
    assert money_in(minor, currency, Locale.EN) == shown


def test_yuan_have_their_sign_in_chinese_after_that_of_what_is_below_zero() -> None:
    assert money_in(1_200, "CNY", Locale.ZH) == "¥12.00"
    assert money_in(-1_200, "CNY", Locale.ZH) == "-¥12.00"
    assert money_in(-5, "EUR", Locale.ZH) == "-EUR 0.05"
