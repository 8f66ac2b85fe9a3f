"""The updates of every workflow: a method for each action of people, checked before it is accepted."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel
from temporalio import workflow

from models.case.actions import Act
from workflows.kit.context import Context


class WithContext(Protocol):
    """A workflow whose state is a context."""

    @property
    def context(self) -> Context[Any, Any]: ...


MethodT = TypeVar("MethodT", bound=Callable[..., BaseModel | Awaitable[BaseModel]])


def update(action: StrEnum) -> Callable[[MethodT], MethodT]:
    """Make a method the update of its name. It is rejected where the context's `fault_of` says that `action` may not be done."""

    def decorate(method: MethodT) -> MethodT:
        @wraps(method)  # the SDK requires of a validator that it takes what its update takes
        def validate(self: WithContext, act: Act[Any]) -> None:
            self.context.check(action, act)

        workflow.update(name=method.__name__, description=_description(method))(method).validator(validate)
        return method

    return decorate


def _description(method: Callable[..., Any]) -> str | None:
    """What operators read of an update: the first line of its body's docstring."""
    body = get_type_hints(method)["act"].model_fields["body"].annotation
    return body.__doc__ and body.__doc__.splitlines()[0]
