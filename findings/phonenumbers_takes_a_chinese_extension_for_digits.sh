#!/usr/bin/env bash
# Behaviour: Chinese orders carry relay numbers of the form "18412345678转4321" (转: extension). phonenumbers refuses that form outright,
#   and takes the dash form "18412345678-4321", written as often, for one number of 15 digits: no extension, no error from parse().
#   The same extension after the English "ext" is read.
# Why it surprises: the library reads the local word for an extension of many languages (доб, anexo, interno), and full-width digits. A
#   courier who is given the parsed number dials one that does not exist; without the extension the relay number reaches nobody.
# Version: phonenumbers 9.0.43
# Source: https://github.com/daviddrysdale/python-phonenumbers (a port of Google's libphonenumber)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
"$folder/venv/bin/python" - <<'PYTHON'
import phonenumbers

print("phonenumbers", phonenumbers.__version__)
seen = []
for text in ("18412345678转4321", "18412345678-4321", "18412345678 ext 4321", "18412345678 доб 4321", "１８４１２３４５６７８"):
    try:
        number = phonenumbers.parse(text, "CN")
        seen.append((str(number.national_number), number.extension, phonenumbers.is_valid_number(number)))
    except phonenumbers.NumberParseException as error:
        seen.append(("refused", str(error.error_type), False))
    print(text, "->", seen[-1])
assert seen == [
    ("refused", "1", False),
    ("184123456784321", None, False),
    ("18412345678", "4321", True),
    ("18412345678", "4321", True),
    ("18412345678", None, True),
], seen
print("as described")
PYTHON
