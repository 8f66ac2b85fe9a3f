"""The people of the service centre (DSP-2)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from models.common.base import Frozen, Identifier, unfit
from models.common.readers import Platform
from models.common.vocabulary import Issue, IssueGroup, Role

SKILLS: list[JsonValue] = [*(group.value for group in IssueGroup), *(issue.value for issue in Issue)]


def _skill(name: str) -> str:
    if name not in SKILLS:
        raise unfit(
            rule="DSP-2",
            zh=f"没有“{name}”这一问题类型或类别；请填写如 logistics.damaged 或 logistics",
            en=f'no such issue or group "{name}"; name one like logistics.damaged or logistics',
        )
    return name


Skill = Annotated[str, AfterValidator(_skill), Field(json_schema_extra={"enum": SKILLS})]
"""An issue, or the whole group of one."""


class AgentDetails(Frozen):
    """What a person of the service centre can do, and when (DSP-2). Nobody else of the staff gets in."""

    name: Platform[str] = Field(min_length=1, max_length=100)
    role: Platform[Literal[Role.AGENT, Role.SUPERVISOR, Role.ANALYST]] = Role.AGENT
    teams: Platform[tuple[Identifier, ...]] = Field(default=(), max_length=50)
    """An agent's, at least one; a supervisor has all."""
    skills: Platform[tuple[Skill, ...]] = Field(default=(), max_length=50)
    """None: every issue."""
    shift: Platform[str | None] = Field(default=None, max_length=100)
    """A calendar of the policy; none: being present is enough."""
    present: Platform[bool] = True
    most: Platform[int] = Field(default=20, ge=1, le=1000)
    """Cases at once that they have to do something about; what waits for somebody else, or is snoozed, does not count."""


class AgentPolicy(AgentDetails):
    """A person with their id, as the file's `agents` name them."""

    id: Platform[Identifier]
