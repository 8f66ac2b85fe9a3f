"""Carriers' words for where a parcel is, as the policy's `returns` reads them (RES-6)."""

import re

from models.common.partners import ShipmentStatus
from models.returns.partner import ReturnParcel
from models.returns.state import ReturnPolicy

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def plain(words: str) -> str:
    """`AvailableForPickup`, `available_for_pickup` and `Available for pickup` are one: small letters, with blanks between words."""
    return " ".join(_HUMP.sub(" ", words).replace("_", " ").replace("-", " ").casefold().split())


def status_of(parcel: ReturnParcel, policy: ReturnPolicy) -> ShipmentStatus | None:
    """Our status for what the carrier says of the parcel; None: the policy does not know the word.

    A number is read in the table that the notice names, else in that of its carrier, else in the usual one.
    """
    words = plain(parcel.status)
    if not words.isdecimal():
        found = policy.statuses.get(words)
    elif parcel.codes is not None:
        found = policy.codes.get(plain(parcel.codes), {}).get(words)
    else:
        tables = (policy.codes.get(name, {}) for name in (plain(parcel.carrier_id), policy.usual_codes or ""))
        found = next((table[words] for table in tables if words in table), None)
    return ShipmentStatus(found) if found else None
