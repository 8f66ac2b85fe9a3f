"""What a case goes on carrying of its words: the newest whole, the older ones in short. A state must not grow (docs/architecture.md).

Whatever is closed and old is put away in the table `case_texts` when the case is saved; views and archives read it there. In the state stays
what the rules look at: who said it when, what evidence came with it, whether a question was answered, that there was a proposal.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from models.case.state import CaseState
from models.common.actors import Actor, EvidenceRef
from models.common.base import Bilingual, Frozen
from models.investigation.decisions import Appeal
from models.investigation.findings import InformationRequest, Saying
from models.remedies.remedy import Proposal

KEPT = 16 * 1024
"""Bytes of the newest items of each field that are carried whole; the last one always is."""
SHORT = 40
"""Letters of a text that stay."""


def old_enough(case: CaseState) -> dict[str, int]:
    """How many of the first items of each field need not be carried whole any more; what is still open, and what comes after it, stays."""
    return {
        field: count for field in FIELDS if (count := _old(getattr(case, field), case.put_away.get(field, 0), FIELDS[field][0]))
    }


def put_away(case: CaseState, counts: dict[str, int]) -> None:
    """Carry so many of the first items of each field in short."""
    for field, count in counts.items():
        items, before = getattr(case, field), case.put_away.get(field, 0)
        if count > before:
            short = tuple(FIELDS[field][1](item) for item in items[before:count])
            setattr(case, field, (*items[:before], *short, *items[count:]))
            case.put_away = {**case.put_away, field: count}
    if counts.get("sayings"):
        case.sayings = tuple(_without_repeats(case.sayings))


def items_to_put_away(case: CaseState) -> Iterator[tuple[str, int, Frozen]]:
    """Field, place and item of everything that `old_enough` names and is still whole."""
    for field, count in old_enough(case).items():
        items = getattr(case, field)
        yield from ((field, number, items[number]) for number in range(case.put_away.get(field, 0), count))


def _old(items: Sequence[Frozen], before: int, closed: Callable[[Any], bool]) -> int:
    """At least so many as are put away already."""
    first_open = next((number for number, item in enumerate(items) if number >= before and not closed(item)), len(items))
    room, number = KEPT, len(items)
    while number > before:
        room -= len(items[number - 1].model_dump_json().encode())
        if room < 0 and number < len(items):
            break
        number -= 1
    return min(number, first_open)


def in_short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def _said(saying: Saying) -> Saying:
    return saying.model_copy(update={"words": in_short(saying.words), "by": Actor(role=saying.by.role, id=saying.by.id)})


def _asked(request: InformationRequest) -> InformationRequest:
    question = Bilingual(zh=in_short(request.question.zh), en=in_short(request.question.en))
    answer = _said(request.answer).model_copy(update={"evidence": ()}) if request.answer else None
    return request.model_copy(update={"question": question, "answer": answer})


def _proposed(proposal: Proposal) -> Proposal:
    words = {name: in_short(said) for name in ("refused", "declined") if (said := getattr(proposal, name)) is not None}
    return proposal.model_copy(update={"options": (), **words})


def _appealed(appeal: Appeal) -> Appeal:
    return appeal.model_copy(update={"words": in_short(appeal.words), "reason": appeal.reason and in_short(appeal.reason)})


def _without_repeats(sayings: Sequence[Saying]) -> Iterator[Saying]:
    """A piece of evidence stays with the first words of each role that it came with (INV-3)."""
    known: set[tuple[str, str]] = set()
    for saying in sayings:
        pieces: tuple[EvidenceRef, ...] = tuple(piece for piece in saying.evidence if (saying.by.role, piece.sha256) not in known)
        known |= {(saying.by.role, piece.sha256) for piece in pieces}
        yield saying if pieces == saying.evidence else saying.model_copy(update={"evidence": pieces})


FIELDS: dict[str, tuple[Callable[[Any], bool], Callable[[Any], Frozen]]] = {
    "sayings": (lambda _: True, _said),
    "requests": (lambda request: not request.open, _asked),
    "proposals": (lambda proposal: not proposal.standing, _proposed),
    "appeals_before": (lambda _: True, _appealed),
}
"""Of each field: when an item is closed, and what of it stays."""
