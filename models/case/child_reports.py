"""What a child workflow reports to its case (workflows/kit/child_workflow.py)."""

from typing import Annotated, ClassVar

from pydantic import JsonValue

from models.common.actors import SYSTEM, Actor
from models.common.base import Frozen, Identifier, Wired, wire_name
from models.common.events import Event
from models.common.vocabulary import Acceptance, Reception
from models.remedies.remedy import ChildState
from models.replacements.state import ReplacementState
from models.returns.state import ReturnState


class News(Frozen):
    """A line for the case's timeline."""

    event: Event
    by: Actor = SYSTEM
    data: dict[str, JsonValue] = {}
    identity: str | None = None
    """What happened (rules/common/timeline.py), so that it is taken in once, in whichever report it comes."""


class Report(Wired):
    """Where the child workflow stands, and what is new. `None` fields are as they were."""

    STATES: ClassVar[tuple[str, ...]] = ("return_", "replacement")
    """Names of the fields that hold a child workflow's own state; the remedy has fields of the same names."""

    remedy_id: Identifier
    child: Annotated[ChildState, wire_name("errand")]
    news: tuple[News, ...] = ()
    reception: Reception | None = None
    acceptance: Acceptance | None = None
    return_: ReturnState | None = None
    replacement: ReplacementState | None = None


class Telling(Frozen):
    """A report on its way to its case."""

    case_id: Identifier
    report: Report
