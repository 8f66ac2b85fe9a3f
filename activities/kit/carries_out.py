"""How a method becomes the activity of an entry in `models/activities.py`."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from temporalio import activity

from models.common.activity import Activity

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Self = TypeVar("Self")
Method = Callable[[Self, Request], Awaitable[Answer]]


def carries_out(entry: Activity[Request, Answer]) -> Callable[[Method[Self, Request, Answer]], Method[Self, Request, Answer]]:
    """Register the method under the entry's name, with its types."""

    def register(method: Method[Self, Request, Answer]) -> Method[Self, Request, Answer]:
        defined = activity.defn(name=entry.name)(method)
        setattr(defined, _ENTRY, entry)
        return defined

    return register


def entry_of(method: Callable[..., Any]) -> Activity[Any, Any] | None:
    """The entry that a method carries out; None: it is no activity."""
    return cast("Activity[Any, Any] | None", getattr(method, _ENTRY, None))


def activities_of(*carriers: object) -> tuple[Callable[..., Any], ...]:
    """Every activity of these objects, as bound methods."""
    methods = (getattr(carrier, name) for carrier in carriers for name in dir(type(carrier)))
    return tuple(method for method in methods if callable(method) and entry_of(method) is not None)


_ENTRY = "__redress_activity__"
