"""The first answers of the knowledge base (REC-6), with the figures of the policy in them."""

from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from models.knowledge.entry import FirstAnswers, SeedEntry
from models.policy.policy import Policy
from rules.common.policy_fault import PolicyFault, field_of
from rules.common.yaml import Loc, content_of, nearest, nodes_of, places_of
from rules.policy.figures import Figures

ANSWERS: Final = Path(__file__).resolve().parents[2] / "policies" / "knowledge.yaml"
_ENTRIES = TypeAdapter(tuple[SeedEntry, ...])


def first_answers(policy: Policy) -> FirstAnswers:
    """The answers that come with the product. One that names a figure which this policy does not have is left out, with the reason."""
    text, figures = ANSWERS.read_text(encoding="utf-8"), Figures(policy)
    entries: list[SeedEntry] = []
    wrong: list[tuple[Loc, str]] = []
    for index, entry in enumerate(_ENTRIES.validate_python(content_of(text))):
        written, faults = figures.written(entry)
        if not faults:
            entries.append(written)
        wrong += [((index, *loc), detail) for loc, detail in faults]
    root = nodes_of(text, ANSWERS.name) if wrong else None
    places = places_of(root) if root else {}
    left_out = [str(PolicyFault(*nearest(places, loc), field_of(loc), detail)) for loc, detail in wrong]
    return FirstAnswers(entries=tuple(entries), left_out=tuple(left_out))
