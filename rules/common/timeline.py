"""Which entries of a projection are in the database already (docs/architecture.md, Choices).

A worker may die after its local activity has committed and before its workflow task is in the history. The task then runs again, perhaps
with other news first: versions and moments are other ones, what happened is the same. So an entry is known by what happened.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from pydantic import JsonValue

from models.common.actors import Actor
from models.common.events import COMPUTED, Event


class Entry(Protocol):
    """A timeline entry of a case or a claim, as its workflow has it."""

    @property
    def version(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def event(self) -> Event: ...
    @property
    def by(self) -> Actor: ...
    @property
    def data(self) -> dict[str, JsonValue]: ...


EntryT = TypeVar("EntryT", bound=Entry)


class Kept(NamedTuple):
    """An entry that is in the database."""

    version: int
    digest: str


class Fresh(NamedTuple, Generic[EntryT]):
    """An entry that is to be written, with the version that it gets."""

    version: int
    identity: str
    entry: EntryT


class Known(NamedTuple, Generic[EntryT]):
    """An entry that is written already, and the version that it has."""

    version: int
    entry: EntryT


class Reconciled(NamedTuple, Generic[EntryT]):
    """What is to be done so that the database has what the workflow has."""

    fresh: tuple[Fresh[EntryT], ...]
    known: tuple[Known[EntryT], ...]
    gone: tuple[int, ...]
    """Versions of entries that are not in the workflow's history: the task that wrote them was lost."""
    version: int
    """The newest of all; the workflow goes on above it."""


def digest_of(event: str, role: str, actor_id: str, data: Mapping[str, JsonValue]) -> str:
    """Names what happened: the same for the same happening, whenever it is told."""
    told = {name: value for name, value in data.items() if name not in COMPUTED}
    canonical = json.dumps([event, role, actor_id, told], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:24]


def digest_of_entry(event: Event, by: Actor, data: Mapping[str, JsonValue]) -> str:
    return digest_of(event.value, by.role.value, by.id, data)


def reconcile(
    entries: Sequence[EntryT], digests: Sequence[str], kept: Iterable[Kept], after: int, newest: int
) -> Reconciled[EntryT]:
    """Compare the unsaved `entries` (and their `digests`) with what is kept.

    `after`: the version up to which the workflow knows that the database has what it has; `newest`: the highest ever given, so that
    no reader who has seen it misses what is written now.
    """
    before, seen, above = Counter[str](), Counter[str](), dict[str, int]()
    for version, digest in sorted(kept):
        seen[digest] += 1
        if version > after:
            above[f"{digest}.{seen[digest]}"] = version
        else:
            before[digest] += 1
    fresh, known = list[Fresh[EntryT]](), list[Known[EntryT]]()
    for entry, digest in zip(entries, digests, strict=True):
        before[digest] += 1
        identity = f"{digest}.{before[digest]}"
        if identity in above:
            known.append(Known(above.pop(identity), entry))
        else:
            newest = max(newest + 1, entry.version)
            fresh.append(Fresh(newest, identity, entry))
    return Reconciled(tuple(fresh), tuple(known), tuple(above.values()), newest)
