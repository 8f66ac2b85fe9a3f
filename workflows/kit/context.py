"""What the contexts of a case, return, replacement and claim have in common: how they receive actions of people and notices of partners.

Both may come twice; each is acted on once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError
from temporalio.exceptions import ApplicationError

from models.case.actions import Act
from models.common.actors import SYSTEM, Actor
from models.common.base import Body
from models.common.errors import Fault
from models.common.events import Event
from models.common.partners import Notice

ActionT = TypeVar("ActionT", bound=StrEnum)
BodyT = TypeVar("BodyT", bound=Body)
ViewT = TypeVar("ViewT", bound=BaseModel)

REMEMBERED = 200
"""How many ids of requests, and of notices, are kept: state that is carried over continue-as-new must not grow."""


class Seen(Protocol):
    """The ids of the requests and notices that were acted on, oldest first."""

    requests_seen: dict[str, int]
    """Only the keys count."""
    notices_seen: tuple[str, ...]


class Context(ABC, Generic[ActionT, ViewT]):
    """The working copy of something inside its workflow. Its actions are `ActionT`; people who act on it see `ViewT`."""

    NOTICE_EVENT: ClassVar[Event] = Event.PARTNER_NOTICE
    """The timeline entry of a notice that changed nothing."""

    @property
    @abstractmethod
    def seen(self) -> Seen: ...

    @abstractmethod
    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None:
        """Add a timeline entry."""

    @abstractmethod
    def fault_of(self, action: ActionT, act: Act[Any]) -> Fault | None:
        """Why the actor may not do this, or what is wrong with the body; None when it may be done."""

    @abstractmethod
    def view_for(self, act: Act[Any], /) -> ViewT:
        """What the actor may see."""

    def check(self, action: ActionT, act: Act[Any]) -> None:
        """Raise ApplicationError with a `Fault` unless the action may be done now, or was done before under this request id."""
        fault = None if act.request_id in self.seen.requests_seen else self.fault_of(action, act)
        if fault is not None:
            raise ApplicationError(fault.detail, fault, type=fault.type.value)

    def perform(self, act: Act[BodyT], do: Callable[[Self, Act[BodyT]], None]) -> ViewT:
        """Do what is asked, unless it was done before under this request id; returns what the actor may see now."""
        seen = self.seen
        if act.request_id not in seen.requests_seen:
            do(self, act)
            seen.requests_seen = dict.fromkeys((*seen.requests_seen, act.request_id)[-REMEMBERED:], 1)
        return self.view_for(act)

    def receive_notice(self, notice: Notice, readers: Mapping[str, Callable[[Self, Notice], str | None]]) -> None:
        """Have a partner's webhook read by the reader of its kind; one that came before changes nothing.

        What changed nothing for another reason, which the reader returns, or cannot be read is put on the timeline.
        """
        seen = self.seen
        if notice.notice_id in seen.notices_seen:
            return
        seen.notices_seen = (*seen.notices_seen, notice.notice_id)[-REMEMBERED:]
        reader = readers.get(notice.kind)
        try:
            status = reader(self, notice) if reader else "unknown_kind"
        except ValidationError:
            status = "unreadable"
        if status is not None:
            self.note(self.NOTICE_EVENT, partner=notice.partner, kind=notice.kind, status=status)
