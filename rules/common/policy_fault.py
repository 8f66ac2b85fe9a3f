"""What a check of the policy says: the field a fault is at, and what to do about it."""

import difflib
from collections.abc import Iterable, Iterator

Loc = tuple[int | str, ...]
Faults = Iterator[tuple[Loc, str]]


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """There is no such thing; the one that may be meant, and all there are."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    return f'no such {what} "{name}"{hint}; name one of {", ".join(names)}'
