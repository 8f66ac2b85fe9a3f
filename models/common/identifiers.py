"""What people and systems write in many ways, in one form each: numbers of parcels, regions, telephone numbers.

The types convert at every entrance that reads a value, so that what is stored and compared has one form.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Final

import phonenumbers
from pydantic import BeforeValidator, StringConstraints

from models.common.plain_text import one_width


def tracking_number(value: object) -> object:
    """Without blanks, in capitals: `1Z 999 AA1 01 2345 6784` and `1z999aa10123456784` are one parcel."""
    return "".join(one_width(value).split()).upper() if isinstance(value, str) else value


TrackingNumber = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}$"), BeforeValidator(tracking_number)
]

_OF_CHINA = """
11 BJ  12 TJ  13 HE  14 SX  15 NM  21 LN  22 JL  23 HL  31 SH  32 JS  33 ZJ  34 AH  35 FJ  36 JX  37 SD  41 HA  42 HB
43 HN  44 GD  45 GX  46 HI  50 CQ  51 SC  52 GZ  53 YN  54 XZ  61 SN  62 GS  63 QH  64 NX  65 XJ  71 TW  91 HK  92 MO
"""
RENAMED_REGIONS: Final[Mapping[str, str]] = {f"CN-{before}": f"CN-{now}" for before, now in re.findall(r"(\d+) (\w+)", _OF_CHINA)}
"""China's codes until ISO 3166-2 changed them on 23 November 2017 (numbers of GB/T 2260) → the present ones."""


def region_code(value: object) -> object:
    """An ISO 3166 code in capitals, in the form of today: `CN-31` is `CN-SH`."""
    if not isinstance(value, str):
        return value
    code = one_width(value).strip().upper()
    return RENAMED_REGIONS.get(code, code)


Region = Annotated[str, BeforeValidator(region_code)]
"""ISO 3166-1 or -2."""

_EXTENSION = re.compile(r"\s*(?:转|轉|分机|分機|;ext=|ext\.?|x|#)\s*:?\s*(\d{1,8})$", re.IGNORECASE)
_DASHED = re.compile(r"(?:(?<=^1\d{10})|(?<=^0\d{2}-\d{8})|(?<=^0\d{3}-\d{7})|(?<=^0\d{3}-\d{8}))-(\d{1,6})$")
"""China's other form, `18412345678-4321`, which the library takes for one long number."""
_AT_HOME = frozenset(
    {phonenumbers.PhoneNumberType.SHARED_COST, phonenumbers.PhoneNumberType.TOLL_FREE, phonenumbers.PhoneNumberType.UAN}
)
"""Numbers such as 400 and 95, which are not called from abroad: they keep their form at home."""


def phone_number(text: str, country: str | None = None) -> str:
    """One form for each number: `+86 755 8888 1234`, an extension behind `ext.`. A number without its country's code is
    read as one of `country` (ISO 3166-1), and stays as it was written when that is not known or has no such number.
    """
    written = " ".join(one_width(text).split())
    extension = _EXTENSION.search(written) or _DASHED.search(written)
    number = written[: extension.start()] if extension else written
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is not None and phonenumbers.is_valid_number(parsed):
        at_home = phonenumbers.number_type(parsed) in _AT_HOME and not number.startswith("+")
        form = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
        number = phonenumbers.format_number(parsed, form)
    return f"{number} ext. {extension[1]}" if extension else number


def _phone(value: object) -> object:
    return phone_number(value) if isinstance(value, str) else value


Phone = Annotated[str, BeforeValidator(_phone), StringConstraints(pattern=r"^\+?[0-9(][0-9 ()-]{4,24}( ext\. [0-9]{1,8})?$")]
"""A telephone number; digits of any width, with an extension as `转4321` or `ext. 4321`."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def case_id_from(seed: bytes) -> str:
    """`RD-` and twelve letters, the same for the same seed."""
    number = int.from_bytes(hashlib.blake2b(seed, digest_size=8).digest())
    return "RD-" + "".join(CROCKFORD[number >> shift & 31] for shift in range(55, -5, -5))
