#!/usr/bin/env bash
# Behaviour: holidays.HK(years=2026) lists Easter Monday and lacks Good Friday; holidays.country_holidays("MO") lacks Christmas. Both days
#   are in other categories ("optional", "government"), which have to be asked for by name. Asked for them all, Good Friday is there.
# Why it surprises: Good Friday is a general holiday by Hong Kong's law, on which banks, courts and carriers rest. Which of an office's
#   closing days are "public" differs from country to country in one library, so that a service's deadlines run through a closed day.
# Version: holidays 0.109
# Source: https://holidays.readthedocs.io (categories); General Holidays Ordinance, Cap. 149
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.109
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date

import holidays

print("holidays", holidays.__version__)
friday, monday, christmas = date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 25)
seen = []
for code, day, categories in (
    ("HK", monday, ()), ("HK", friday, ()), ("HK", friday, ("public", "optional")),
    ("MO", christmas, ()), ("MO", christmas, ("public", "government")),
):
    days = holidays.country_holidays(code, years=2026, **({"categories": categories} if categories else {}))
    seen.append(days.get(day))
    print(code, day, categories or "as it is", "->", seen[-1])
assert [name is not None for name in seen] == [True, False, True, False, True], seen
print("as described")
PYTHON
