"""How amounts of a currency are counted: decimals by ISO 4217, and the smallest amount that a card pays.

`MINOR_UNITS` is ISO 4217 list one ("Current currency & funds code list") as published by its maintenance agency, SIX, on 1 January 2026.
It is written out because the decimals of Unicode CLDR and of libraries built on it follow custom and change by release.
"""

from collections.abc import Mapping
from decimal import Decimal

MINOR_UNITS: Mapping[str, int] = {
    **dict.fromkeys(
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"], 0
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
"""Decimals of the currencies that have another number of them than two."""
USUAL = 2
PAYABLE: Mapping[str, int] = {currency: 10 for currency, places in MINOR_UNITS.items() if places == 3} | {"MGA": 100}  # noqa: PLR2004
"""Minor units that every amount paid by card is a multiple of, where that is not one: cards leave the third decimal 0, and know whole
ariary only (docs.stripe.com/currencies, "three-decimal" and "zero-decimal currencies", read in November 2026)."""


def decimals(currency: str) -> int:
    return MINOR_UNITS.get(currency, USUAL)


def payable(currency: str) -> int:
    """The smallest amount in minor units that a card pays; larger ones are multiples of it."""
    return PAYABLE.get(currency, 1)


def in_units(minor: int, currency: str) -> str:
    """Minor units as a decimal number with the currency's decimals: -1300 is -13.00 in CNY, -1300 in JPY, -1.300 in KWD."""
    return f"{Decimal(minor).scaleb(-decimals(currency)):f}"
