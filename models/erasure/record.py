"""The sealed record of a case (ARC-1), and what is left of it when the case is forgotten (ARC-3).

The seal is the SHA-256 of the record in which every value that may be personal is replaced by a digest of its own. Without the values the seal
is the same, so it proves the record before and after. Each digest has a key of its own, which goes with the values: nobody can try out
whose name or telephone number it was.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

SALT: Final = "salt"
"""The field of a record with the secret that its digests' keys are made of. Records without it are sealed as they are: of releases before, and
of cases that are forgotten."""
SEALED_BEFORE: Final = "sealed_before"
"""The field with the seal that the record had in a release before."""
DIGEST: Final = "sha256"
FIGURES: Final = (
    *(
        "policy_version",
        "version",
        "stage",
        "kind",
        "tier",
        "team",
        "dispatched",
        "automatic",
        "settled",
        "settled_at",
        "settlements",
    ),
    *("solutions", "confirmed", "disputed", "outcome", "reopened", "closed_at", "liable", "claims_moved", "arbitration"),
)
KEPT: Final = frozenset(
    {
        "root_cause",
        SEALED_BEFORE,
        *(f"state.{name}" for name in FIGURES),
        *(f"state.receipt.{name}" for name in ("case_id", "kind", "channel", "locale", "issue", "received_at")),
        *(f"state.classification.{name}" for name in ("issue", "confidence")),
        *(f"state.grade.{name}" for name in ("priority", "severity", "urgency")),
        *(f"state.finding.{name}" for name in ("party", "confidence", "row", "at")),
        *(f"state.survey.{name}" for name in ("speed", "solution", "attitude")),
        *(f"state.misses.*.{name}" for name in ("clock", "at", "due", "held_by")),
        *(f"timeline.*.{name}" for name in ("version", "at", "event", "role")),
        *(f"money.*.{name}" for name in ("amount", "refund_status", "reimbursement", "automatic")),
    }
)
"""What nobody is known by, by its place in the record: figures, codes and moments. Whatever is not named here counts as personal."""
ON_THE_WAY: Final = frozenset(
    ".".join(parts[:length]) for parts in (path.split(".") for path in KEPT) for length in range(1, len(parts))
)
EMPTY: Final[tuple[object, ...]] = (None, "", [], {})


def seal_of(record: Mapping[str, Any]) -> str:
    """SHA-256 of the record as it is sealed, as canonical JSON: sorted keys, no blanks, UTF-8."""
    return hashlib.sha256(_canonical(as_sealed(record))).hexdigest()


def as_sealed(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with a digest in the place of each value that may be personal: `{"sha256": …}`."""
    if SALT not in record:
        return dict(record)
    secret = bytes.fromhex(record[SALT])
    return _without_personal(record, lambda pointer, value: {DIGEST: _digest(_key(secret, pointer), value)})


def personal(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the digests stand for: JSON pointer → the value, and the key (hexadecimal) of its digest, an HMAC-SHA256 of the value's canonical JSON.

    Empty for a record that hides nothing, and for one that is forgotten.
    """
    found: dict[str, dict[str, Any]] = {}
    if SALT in record:
        secret = bytes.fromhex(record[SALT])
        _without_personal(
            record, lambda pointer, value: found.update({pointer: {"key": _key(secret, pointer).hex(), "value": value}})
        )
    return found


def forgotten(record: Mapping[str, Any], salt: str, sealed: str) -> dict[str, Any]:
    """The record without what is personal; again changes nothing.

    One of a release before gets a `salt` first, and says how it was `sealed`: that seal proved the words themselves, so it can prove
    nothing without them; the new one is made while they are there.
    """
    if SALT in record or is_forgotten(record):
        return as_sealed(record)
    return as_sealed({**record, SEALED_BEFORE: sealed, SALT: salt})


def is_forgotten(record: Mapping[str, Any]) -> bool:
    match record:
        case {"state": {"receipt": {"description": {"sha256": _}}}}:
            return True
        case _:
            return False


def _without_personal(record: Mapping[str, Any], hide: Callable[[str, object], object]) -> dict[str, Any]:
    """The record with something else in the place of each value that may be personal; `hide` is told its JSON pointer."""

    def walk(value: object, path: str, pointer: str) -> object:
        if path in KEPT or value in EMPTY:
            return value
        if path in ON_THE_WAY and isinstance(value, dict):
            return {
                key: walk(item, f"{path}.{key}", f"{pointer}/{key}") for key, item in cast("dict[str, object]", value).items()
            }
        if path in ON_THE_WAY and isinstance(value, list):
            return [walk(item, f"{path}.*", f"{pointer}/{at}") for at, item in enumerate(cast("list[object]", value))]
        return hide(pointer, value)

    return {key: walk(value, key, f"/{key}") for key, value in record.items() if key != SALT}


def _key(secret: bytes, pointer: str) -> bytes:
    return hmac.new(secret, pointer.encode(), hashlib.sha256).digest()


def _digest(key: bytes, value: object) -> str:
    return hmac.new(key, _canonical(value), hashlib.sha256).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
