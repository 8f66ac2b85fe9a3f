#!/usr/bin/env bash
# Behaviour: dateparser reads 11月11日 (11 November) as 29 November 2011: it takes the day for a year, and today's day for the day. Where
#   search_dates finds the same words inside a sentence, they are "11 months and 11 days ago". 11月8日 and 2026年11月11日 differ again.
# Why it surprises: one text, three readings, no error; Chinese is a supported language, and the largest sale of the year is on that day,
#   when most orders are placed which customers ask about later.
# Version: dateparser 1.5.0, with 29 November 2026 as today
# Source: https://github.com/scrapinghub/dateparser/issues/519 (open since 2019)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime

import dateparser
from dateparser.search import search_dates

print("dateparser", dateparser.__version__)
today = {"RELATIVE_BASE": datetime(2026, 11, 29, 12)}
alone = dateparser.parse("11月11日", settings=today)
whole = dateparser.parse("2026年11月11日", settings=today)
((words, inside),) = search_dates("我11月11日买的，还没收到", languages=["zh"], settings=today)
print("11月11日 ->", alone)
print("2026年11月11日 ->", whole)
print("我11月11日买的，还没收到 ->", words, inside)
assert (alone, whole) == (datetime(2011, 11, 29), datetime(2026, 11, 11)), (alone, whole)
assert (words, inside) == ("11月11日", datetime(2025, 12, 18, 12)), (words, inside)
print("as described")
PYTHON
