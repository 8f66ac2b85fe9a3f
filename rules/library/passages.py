"""What of a case may be searched by whom (ARC-2, TRU-5): the readers of a passage are those of the field that it is shown in."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache

from pydantic import BaseModel

from models.case.state import CaseState, TimelineEntry
from models.case.views import ArchiveView, CaseView, SayingView
from models.common.actors import Actor
from models.common.events import Event
from models.common.readers import PARTICIPANTS, Reader, Readers
from models.common.vocabulary import Role
from models.investigation.findings import Finding
from models.library.lesson import LessonContent
from models.library.passage import Document, Passage, PassageKind, readers_named
from rules.case.sayings import is_there, saying_view
from rules.common.readers import sees
from rules.library.words import terms_of

MOST_PASSAGES = 300
"""The newest of a case that are searched; its description always is."""
MOST_TERMS = 3000
"""Distinct words that a case is found by."""
GOODS_READERS: Readers = frozenset({Reader.CUSTOMER, Reader.MERCHANT, Reader.AGENT, Reader.SUPERVISOR})
"""They read what the lines of the case's order are called (`GET /v1/cases/{id}/eligibility`)."""


def passages_of(case: CaseState, notes: Sequence[TimelineEntry] = (), lesson: LessonContent | None = None) -> tuple[Passage, ...]:
    """Everything that is searched of a case: `case` with its texts whole, `notes` of its timeline, the lesson that was written."""
    opened = case.receipt.received_at
    first = [
        Passage(PassageKind.IDS, " ".join(filter(None, (case.case_id, case.order_id))), _roles(PARTICIPANTS), opened),
        Passage(PassageKind.DESCRIPTION, case.receipt.description, _field(CaseView, "description"), opened, Role.CUSTOMER),
    ]
    if case.order is not None:
        about = {line.line_id for line in case.receipt.lines} or {line.line_id for line in case.order.lines}
        titles = "\n".join(line.title for line in case.order.lines if line.line_id in about)
        first.append(Passage(PassageKind.GOODS, titles, _roles(GOODS_READERS), opened))
    later = sorted((*_said(case), *_noted(notes), *_found(case), *_learnt(lesson, case)), key=lambda passage: passage.at)
    return (*first, *later[-MOST_PASSAGES:])


def documents_of(case: CaseState, passages: Sequence[Passage]) -> tuple[Document, ...]:
    """One for all readers who read the same of the case, if anything; somebody's own comes with what everybody of their role reads."""
    there = {Role.MERCHANT: case.order is not None, Role.CARRIER: bool(case.shipments)}
    absent = {role.value for role, known in there.items() if not known}
    by_passages: dict[tuple[int, ...], set[str]] = {}
    for name in sorted({name for passage in passages for name in passage.readers}):
        role = name.partition(":")[0]
        read = tuple(number for number, passage in enumerate(passages) if passage.readers & {name, role})
        if role not in absent:
            by_passages.setdefault(read, set()).add(name)
    return tuple(
        Document(
            frozenset(names),
            frozenset(sorted(terms_of(passages[number].text for number in read))[:MOST_TERMS]),
            traits_of(case) if Role.SUPERVISOR.value in names else frozenset(),
        )
        for read, names in by_passages.items()
    )


def traits_of(case: CaseState) -> frozenset[str]:
    """What it is about, as marks that similar cases share: issue, goods, responsibility, facts, amount."""
    order = case.order
    about = {line.line_id for line in case.receipt.lines} or {line.line_id for line in order.lines} if order else set[str]()
    lines = [line for line in order.lines if line.line_id in about] if order else []
    told = {
        "issue": [case.issue] if case.issue else [],
        "sku": [line.sku for line in lines],
        "category": [line.category for line in lines],
        "merchant": [order.merchant_id] if order else [],
        "carrier": [shipment.carrier_id for shipment in case.shipments],
        "wanted": [case.receipt.wanted.remedy] if case.receipt.wanted else [],
        "party": [case.finding.party] if case.finding else [],
        "fact": [fact.name for fact in case.facts if fact.value is True],
        "amount": [f"{order.total.currency}{round(math.log2(order.total.minor + 1))}"] if order else [],
    }
    return frozenset(trait(name, value) for name, values in told.items() for value in values)


def trait(name: str, value: str) -> str:
    """`=` stands in no word of a text."""
    return f"={name}={value}".lower()


def readable(passages: Iterable[Passage], reader: Actor) -> tuple[Passage, ...]:
    """Those that are for this reader."""
    names = readers_named(reader)
    return tuple(passage for passage in passages if passage.readers & names)


def _said(case: CaseState) -> Iterator[Passage]:
    """By who has the words in the case's view: a role, or else who said them."""
    for saying in case.sayings:
        if is_there(case, saying):
            view, author = saying_view(case, saying), saying.by
            readers = {role.value for role in Role.people() if _reads_words(_any(role), view)}
            if author.role.value not in readers and author.role in Role.people() and _reads_words(author, view):
                readers.add(f"{author.role}:{author.id}")
            yield Passage(PassageKind.SAYING, saying.words, frozenset(readers), saying.at, author.role)


NOBODY = "-"
"""The id of somebody who said nothing."""


def _reads_words(reader: Actor, view: SayingView) -> bool:
    return sees(CaseView, "sayings", reader, view) and sees(SayingView, "words", reader, view)


def _noted(notes: Sequence[TimelineEntry]) -> Iterator[Passage]:
    for note in notes:
        readers = _roles(Event.NOTED.readers & Event.NOTED.fields["words"])
        yield Passage(PassageKind.NOTE, str(note.data["words"]), readers, note.at, note.by.role)


def _found(case: CaseState) -> Iterator[Passage]:
    """What a rule found stands in the policy, word for word."""
    finding = case.finding
    if finding is None or finding.row is not None:
        return
    readers = [
        role.value
        for role in Role.people()
        if (case.settled or sees(CaseView, "finding", _any(role))) and sees(Finding, "basis", _any(role), finding)
    ]
    text = "\n".join(dict.fromkeys((finding.basis.zh, finding.basis.en)))
    yield Passage(PassageKind.FINDING, text, frozenset(readers), finding.at, finding.by.role)


def _learnt(lesson: LessonContent | None, case: CaseState) -> Iterator[Passage]:
    if lesson is not None:
        titles, bodies = lesson.title, lesson.body
        text = "\n".join((titles.zh, bodies.zh, titles.en, bodies.en, *lesson.keywords, *lesson.tags))
        at: datetime = case.closed_at or case.receipt.received_at
        yield Passage(PassageKind.LESSON, text, _field(ArchiveView, "lesson"), at, Role.AGENT)


def _any(role: Role) -> Actor:
    return Actor(role=role, id=NOBODY)


@cache
def _field(model: type[BaseModel], name: str) -> frozenset[str]:
    return frozenset(role.value for role in Role.people() if sees(model, name, _any(role)))


def _roles(readers: Readers) -> frozenset[str]:
    return frozenset(reader.value for reader in readers)
