#!/usr/bin/env bash
# Behaviour: for China, holidays.CN gives 2027 as complete as 2026, although the State Council's notice for 2027 is not in the package: the
#   statutory days are there, the days off and working weekends that the notice sets are not, and nothing tells the two years apart.
#   Within an announced run it lists the named days only: Saturday 3 January 2026 lies in the New Year's run and is no holiday of it.
# Why it surprises: an unknown year raises in the package beside it (chinesecalendar). A deadline that is computed into the next Spring
#   Festival is wrong by two days and more, silently; and whoever works at weekends counts the weekend of a run as a working day.
# Version: holidays 0.109, chinesecalendar 1.11.0
# Source: https://holidays.readthedocs.io, https://github.com/LKI/chinese-calendar
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.109 chinesecalendar==1.11.0
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date
from importlib.metadata import version

import chinese_calendar
import holidays

print("holidays", holidays.__version__, "chinesecalendar", version("chinesecalendar"))
china = holidays.country_holidays("CN", years=(2026, 2027))
moved = {year: sum("substituted" in china[day] for day in china if day.year == year) for year in (2026, 2027)}
weekends = {year: sum(day.year == year for day in china.weekend_workdays) for year in (2026, 2027)}
total = {year: sum(day.year == year for day in china) for year in (2026, 2027)}
print("days listed", total, "days off by the notice", moved, "working weekends", weekends)
saturday = date(2026, 1, 3)
print(saturday, "holiday:", saturday in china, "| chinesecalendar:", chinese_calendar.is_holiday(saturday))
try:
    chinese_calendar.is_holiday(date(2027, 2, 5))
    raised = False
except NotImplementedError as error:
    raised = True
    print("chinesecalendar, 2027:", str(error).splitlines()[0])
assert total[2027] > 15 and moved[2026] > 0 and moved[2027] == 0 and weekends[2026] > 0 and weekends[2027] == 0
assert saturday not in china and chinese_calendar.is_holiday(saturday) and raised
print("as described")
PYTHON
