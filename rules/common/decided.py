"""A decision on something else than what stands now (WRK-5) is refused: it says what changed, what stands, and what to do next."""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

from pydantic import BaseModel

from models.case.actions import Act
from models.common.base import Bilingual, Body
from models.common.decides import Decides, Named
from models.common.errors import Fault
from models.common.vocabulary import ErrorType
from rules.common.refusal import Permitted

RULE = "WRK-5"
LONGEST_QUOTE = 500
"""Letters of somebody's words that a refusal repeats."""


class Versioned(Protocol):
    """A state that is decided on as a whole; what it is, its address says."""

    @property
    def offer_version(self) -> int: ...


StateT = TypeVar("StateT", bound=BaseModel)


def changed(state: StateT, decided_on: Collection[str], fields: Mapping[str, object]) -> StateT:
    """The state with these fields; its `offer_version` grows when one that is decided on becomes another."""
    news = any(name in decided_on and getattr(state, name) != value for name, value in fields.items())
    grown = {"offer_version": getattr(state, "offer_version") + 1} if news else {}  # noqa: B009  # of whatever state has one
    return state.model_copy(update={**fields, **grown})


def named_by(body: type[Body], state: Versioned) -> Named:
    """How such a body names the state; empty when it decides on nothing."""
    return {"version": state.offer_version} if issubclass(body, Decides) else {}


def stale(
    act: Act[Body], permission: Permitted, stands: Named, became: Callable[[Named], Bilingual], allowed: Sequence[StrEnum]
) -> Fault | None:
    """Why an action counts for nothing; None: what it names is what `stands`, or it is not for the role at all.

    `became` says what became of what was named; `allowed` what the actor may do now.
    """
    return not_what_stands(act.body, stands, became, allowed) if act.actor.role in permission.roles else None


def not_what_stands(
    body: Body, stands: Named, became: Callable[[Named], Bilingual], allowed: Sequence[StrEnum] = ()
) -> Fault | None:
    """The same of any decision. None: it names what `stands`, or nothing; that is empty where there is nothing to decide on."""
    if not isinstance(body, Decides) or body.named.items() <= stands.items():
        return None
    wrong = next(name for name, value in body.named.items() if stands.get(name) != value)
    said, named = became(body.named), _list(body.named)
    now = Bilingual(
        zh=f"请查看后按当前内容重新决定：{_list(stands)}" if stands else "目前没有需要决定的内容",
        en=f"Look at it and decide on what stands now: {_list(stands)}" if stands else "There is nothing to decide on now",
    )
    return Fault(
        type=ErrorType.NOT_ALLOWED_NOW,
        detail=f"You decided on {named}, which is not what stands: {said.en}. Nothing was done. {now.en}.",
        detail_zh=f"您决定的是 {named}，已非当前内容：{said.zh}。未执行任何操作。{now.zh}。",
        field=wrong,
        rule=RULE,
        allowed=tuple(allowed),
    )


def quoted(words: str) -> str:
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}…"


def _list(named: Named) -> str:
    return ", ".join(f"{name} {value}" for name, value in named.items())
