#!/usr/bin/env bash
# Behaviour: babel.numbers.format_currency(Decimal("12.50"), "HUF") prints no fraction at all, and get_currency_precision says 0. The same
#   for ALL, COP, IDR, LBP and others, for which ISO 4217 has two decimals, and for IQD, which has three. The amount shown is another one.
# Why it surprises: get_currency_precision looks like the number of minor digits. It is CLDR's digits for display, what people write by
#   hand in the country, and CLDR changes it between releases. A refund of 12.50 that goes out as 1250 minor units is shown as 12.
# Version: babel 2.19.0 (CLDR data inside). ISO 4217's digits beside it: py-moneyed 3.0.
# Source: https://babel.pocoo.org/en/latest/api/numbers.html, https://www.six-group.com/en/products-services/financial-information/market-reference-data/data-standards.html (list one)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check babel==2.19.0 py-moneyed==3.0
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal
from importlib.metadata import version

from babel.numbers import format_currency, get_currency_precision
from moneyed import get_currency

print("babel", version("babel"), "py-moneyed", version("py-moneyed"))
seen = {}
for code in ("HUF", "COP", "IDR", "ALL", "LBP", "IQD", "TND", "EUR"):
    iso = len(str(get_currency(code).sub_unit)) - 1
    shown = format_currency(Decimal("12.50"), code, locale="en")
    seen[code] = (get_currency_precision(code), iso, shown)
    print(f"{code}: babel {seen[code][0]} digits, ISO 4217 {iso}; 12.50 is shown as {shown}")
assert seen == {
    "HUF": (0, 2, "HUF12"), "COP": (0, 2, "COP12"), "IDR": (0, 2, "IDR12"), "ALL": (0, 2, "ALL12"), "LBP": (0, 2, "LBP12"),
    "IQD": (0, 3, "IQD12"), "TND": (3, 3, "TND12.500"), "EUR": (2, 2, "€12.50"),
}, seen
print("as described")
PYTHON
