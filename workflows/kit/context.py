"""What the contexts of a case, return, replacement and claim have in common: how they receive actions of people and notices of partners.

Both may come twice; each is acted on once.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.case.actions import Act
from models.common.actors import SYSTEM, Actor
from models.common.base import Body
from models.common.errors import Fault
from models.common.events import Event
from models.common.partners import Notice
from rules.common.notices import Whose, is_asked, row_of
from rules.common.requests import REMEMBERED, reused
from rules.common.room import long_history, too_long

ActionT = TypeVar("ActionT", bound=StrEnum)
BodyT = TypeVar("BodyT", bound=Body)
ViewT = TypeVar("ViewT", bound=BaseModel)

ContextT = TypeVar("ContextT")
Readers = Mapping[str, Callable[[ContextT, Notice], str | None]]
Asking = Mapping[str, Callable[[ContextT, Notice], Awaitable[str | None]]]


class Seen(Protocol):
    """The ids of the requests and notices that were acted on, oldest first."""

    requests_seen: dict[str, int]
    """By id: the digest of what was asked for, or `UNKNOWN`. Those of before are in the table `requests` (rules/common/requests.py)."""
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
        known = self.seen.requests_seen.get(act.request_id)
        if known is None:
            history = workflow.info().get_current_history_size()
            fault = self.fault_of(action, act) or too_long(act) or long_history(act, history)
        else:
            fault = reused(known, act)
        if fault is not None:
            raise ApplicationError(fault.detail, fault, type=fault.type.value)

    def perform(self, act: Act[BodyT], do: Callable[[Self, Act[BodyT]], None]) -> ViewT:
        """Do what is asked, unless it was done before under this request id; returns what the actor may see now."""
        seen = self.seen
        if act.request_id not in seen.requests_seen:
            do(self, act)
            self.heard(act)
            seen.requests_seen = {**seen.requests_seen, act.request_id: act.digest}
        return self.view_for(act)

    def heard(self, act: Act[Any], /) -> None:
        """What was just said with an action."""

    @abstractmethod
    def speaker(self, whose: Whose, notice: Notice) -> str | None:
        """The merchant or carrier whose word the notice must be; None when nothing here is told of, which the reader says."""

    def first_time(self, key: str) -> bool:
        """Whether a notice of this key did not come before; from now on it did."""
        seen = self.seen
        if key in seen.notices_seen:
            return False
        seen.notices_seen = (*seen.notices_seen, key)[-REMEMBERED:]
        return True

    async def receive_notice(self, notice: Notice, readers: Readers[Self], asking: Asking[Self] | None = None) -> None:
        """Have a partner's webhook read by the reader of its kind; one that came before changes nothing.

        What changed nothing for another reason, which the reader returns, or cannot be read is put on the timeline.
        `asking`: the readers of those about money, which ask the provider first (`rules/common/notices.py`).
        """
        if notice.notice_id in self.seen.notices_seen or not self.first_time(notice.key):
            return
        try:
            status = await self._read(notice, readers, asking or {})
        except ValidationError:
            status = "unreadable"
        if status is not None:
            self.note(self.NOTICE_EVENT, partner=notice.partner, kind=notice.kind, status=status)

    async def _read(self, notice: Notice, readers: Readers[Self], asking: Asking[Self]) -> str | None:
        row, reader = row_of(notice), readers.get(notice.kind)
        if row is None or reader is None:
            return "unknown_kind"
        if notice.sender is not None:
            speaker = self.speaker(row.whose, notice)
            if speaker is not None and not notice.sender.speaks_for(speaker):
                return "other_partner"
        if is_asked(notice):
            return await asking[notice.kind](self, notice)
        return reader(self, notice)
