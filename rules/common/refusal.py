"""How a table of action × role × state says no: not with this role, or not now; and what is possible instead."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from models.common.actors import Actor
from models.common.base import Bilingual
from models.common.errors import Fault
from models.common.vocabulary import ErrorType, Role


class Permitted(Protocol):
    """A row of such a table, as far as a refusal is concerned."""

    @property
    def roles(self) -> frozenset[Role]:
        """Who may ever do it."""
        ...

    @property
    def state(self) -> Bilingual:
        """When it is possible, in words."""
        ...


def refusal(  # noqa: PLR0917  # a sentence has many parts
    action: StrEnum, permission: Permitted, actor: Actor, allowed: Sequence[StrEnum], now: Bilingual, rule: str
) -> Fault | None:
    """Why the actor may not do this; None: go ahead. `now` says where things stand, `allowed` what the actor may do."""
    if action in allowed:
        return None
    if actor.role not in permission.roles:
        roles = ", ".join(sorted(permission.roles))
        return Fault(
            type=ErrorType.NOT_ALLOWED_FOR_ROLE,
            detail=f"{action} is for: {roles}; not for the role {actor.role}.",
            detail_zh=f"{action} 仅限：{roles}；角色 {actor.role} 不可执行。",
            rule=rule,
            allowed=tuple(allowed),
        )
    return Fault(
        type=ErrorType.NOT_ALLOWED_NOW,
        detail=f"{action} is possible {permission.state.en}. {now.en}; it allows you: {', '.join(allowed) or 'nothing'}.",
        detail_zh=f"{action} 仅在{permission.state.zh}可用。{now.zh}，您可执行：{'、'.join(allowed) or '无'}。",
        rule=rule,
        allowed=tuple(allowed),
    )
