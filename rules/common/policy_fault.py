"""What is wrong with a policy file: the line and field that a fault is at, and what to do about it."""

import difflib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rules.common.yaml import Loc

Fault = tuple[Loc, str]
Faults = Iterator[Fault]


class PolicyFault(NamedTuple):
    """One thing that is wrong with a policy file."""

    file: str
    line: int
    field: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.field}: {self.detail}" if self.field else f"{self.file}:{self.line} {self.detail}"


class PolicyError(Exception):
    """A policy that cannot be used; its text has a line for each fault."""

    def __init__(self, faults: tuple[PolicyFault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def field_of(loc: Loc) -> str:
    """`routing[3].team`."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """There is no such thing; the one that may be meant, and all there are."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    return f'no such {what} "{name}"{hint}; name one of {", ".join(names)}'
