"""What the platform's people see of one another at work on cases, and of their own unfinished work."""

from enum import StrEnum

from pydantic import JsonValue

from models.case.actions import Action
from models.common.base import Instant
from models.common.readers import Platform
from models.common.views import View


class PresentView(View):
    """A colleague who has the case open. `writing`: they have a draft on it that they changed within the last minute."""

    id: Platform[str]
    name: Platform[str]
    since: Platform[Instant]
    writing: Platform[bool] = False


class ReadKind(StrEnum):
    """How somebody read a case: looked at it or its timeline, got a piece of evidence, exported or printed it, had its payloads decrypted."""

    VIEW = "view"
    EVIDENCE = "evidence"
    EXPORT = "export"
    PRINT = "print"
    DECODE = "decode"


class DraftKind(StrEnum):
    """What somebody writes before they send it: the body of the action."""

    REPLY = "reply"
    NOTE = "note"
    PROPOSAL = "proposal"

    @property
    def sent_by(self) -> Action:
        return Action.PROPOSE if self is DraftKind.PROPOSAL else Action(self.value)

    @classmethod
    def of(cls, action: Action) -> "DraftKind":
        """What is sent by that action. Raises ValueError for one that sends no draft."""
        return cls.PROPOSAL if action is Action.PROPOSE else cls(action.value)


class DraftView(View):
    """A draft of the caller's own."""

    case_id: Platform[str]
    kind: Platform[DraftKind]
    content: Platform[dict[str, JsonValue]]
    """The fields of the action's body, as far as they are there."""
    revision: Platform[int]
    case_version: Platform[int]
    """Of the case as it was seen; a greater one of the case says that something happened since."""
    updated_at: Platform[Instant]
