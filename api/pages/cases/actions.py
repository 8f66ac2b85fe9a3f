"""Every action that the platform's people may take on a case, its returns, replacements and claims: one table, from which each has its form.

What it is called is the summary of its endpoint; what it causes, and what its fields are called, is in `texts/actions.yaml` and `fields.yaml`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from api.claims.examples import CLAIM_EXAMPLES, CLAIM_SHAPES
from api.http.examples import ACTIONS, title_of
from api.http.schemas import SHAPES
from api.replacements.endpoints import SHOWN
from api.returns.schemas import SHAPES as RETURN_SHAPES
from models.case.actions import Action
from models.claims.actions import ClaimAction
from models.common.base import Bilingual, Body
from models.common.vocabulary import Role
from models.replacements.state import REPLACEMENT_BODIES, ReplacementAction
from models.returns.state import ReturnAction
from rules.case import permissions as of_case
from rules.claims import permissions as of_claims
from rules.replacements import permissions as of_replacements
from rules.returns import permissions as of_returns


class Idea(StrEnum):
    """What is acted on; the values are those of addresses."""

    CASE = "cases"
    RETURN = "returns"
    REPLACEMENT = "replacements"
    CLAIM = "claims"


@dataclass(frozen=True)
class Doable:
    """An action with its form. `when`: the moment at which it is open, in words; `key`: what is pressed to open its form."""

    idea: Idea
    action: Action | ReturnAction | ReplacementAction | ClaimAction
    shape: type[Body]
    title: Bilingual
    when: Bilingual
    roles: frozenset[Role]

    @property
    def code(self) -> str:
        """Its name in texts: `reply`, `returns_extend`."""
        return self.action.value if self.idea is Idea.CASE else f"{self.idea}_{self.action.value}"

    @property
    def key(self) -> str | None:
        return KEYS.get(self.code)


KEYS: Mapping[str, str] = {
    "take": "t",
    "accept_transfer": "t",
    "reply": "r",
    "ask": "a",
    "propose": "p",
    "approve": "y",
    "decline": "x",
    "arbitrate": "w",
    "decide_appeal": "w",
    "note": "c",
    "transfer": "f",
    "escalate": "e",
    "assign": "v",
    "classify": "l",
    "find": "b",
    "tag": "#",
    "snooze": "z",
    "unsnooze": "z",
    "watch": "o",
    "unwatch": "o",
    "undo": "u",
}
"""Two that are never open at the same time share a key."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "talk": ("reply", "ask", "note", "add_words"),
    "decide": ("propose", "approve", "decline", "arbitrate", "find", "decide_appeal", "review"),
    "money": ("retry_refund", "record_refund"),
    "hands": ("take", "accept_transfer", "decline_transfer", "transfer", "escalate", "assign"),
    "order": ("classify", "set_priority", "correct_order", "tag", "watch", "unwatch", "snooze", "unsnooze"),
    "cases": ("link", "unlink", "merge", "unmerge", "split"),
    "end": ("reopen", "withdraw", "close"),
    "back": ("undo",),
}
"""In the order in which the page shows them."""


def _all() -> Iterator[Doable]:
    for action, may in of_case.PERMISSIONS.items():
        yield Doable(Idea.CASE, action, SHAPES[action], title_of(ACTIONS[action].summary), may.state, may.roles)
    for action, may in of_returns.PERMISSIONS.items():
        shape, shown = RETURN_SHAPES[action]
        yield Doable(Idea.RETURN, action, shape, title_of(shown.summary), may.state, may.roles)
    for action, may in of_replacements.PERMISSIONS.items():
        shape, shown = REPLACEMENT_BODIES[action], SHOWN[action]
        yield Doable(Idea.REPLACEMENT, action, shape, title_of(shown.summary), may.state, may.roles)
    for action, may in of_claims.PERMISSIONS.items():
        shape, shown = CLAIM_SHAPES[action], CLAIM_EXAMPLES[action]
        yield Doable(Idea.CLAIM, action, shape, title_of(shown.summary), may.state, may.roles)


DOABLE: Mapping[tuple[Idea, str], Doable] = {(one.idea, one.action.value): one for one in _all() if one.roles & Role.platform()}
