"""How a person's action becomes an update: allowed by the one table, checked against the case, done once for each request id."""

from collections.abc import Callable
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.case.action_bodies import AddWords
from models.case.actions import BODIES, Act, Action
from models.case.views import CaseView
from models.common.base import Body
from models.common.errors import Fault
from rules.case.permissions import forbidden
from rules.case.validation import closed_request, unfit_body
from rules.case.view import view_of
from workflows.kit.case_context import CaseContext

B = TypeVar("B", bound=Body)
REMEMBERED = 200

Update = Callable[..., Any]


def person(action: Action, do: Callable[[CaseContext, Act[Any]], None]) -> Update:
    """The update of an action, with its validator."""
    return _update(action.value, BODIES[action], do, lambda context, act: forbidden(context.case, act.actor, action))


def joining(do: Callable[[CaseContext, Act[AddWords]], None]) -> Update:
    """The update by which a second opening joins this case (REC-5); the API sends it, at any open stage."""
    return _update("join", AddWords, do, lambda context, act: forbidden(context.case, act.actor, Action.ADD_WORDS))


def _update(
    name: str, body: type[B], do: Callable[[CaseContext, Act[B]], None], may: Callable[[CaseContext, Act[B]], Fault | None]
) -> Update:
    def validate(self: Any, act: Act[B]) -> None:  # noqa: ANN401  # a workflow with a desk
        context: CaseContext = self.context
        if act.request_id in context.case.requests_seen:
            return
        fault = (
            closed_request(context.case, act) or may(context, act) or unfit_body(context.case, context.policy, act, context.now)
        )
        if fault is not None:
            raise ApplicationError(fault.detail, fault, type=fault.type.value)

    async def handle(self: Any, act: Act[B]) -> CaseView:  # noqa: ANN401
        context: CaseContext = self.context
        if act.request_id not in context.case.requests_seen:
            do(context, act)
            context.mark()
            seen = {**context.case.requests_seen, act.request_id: context.case.version}
            context.case.requests_seen = dict(list(seen.items())[-REMEMBERED:])
        return view_of(context.case, context.policy, act.actor, context.now, act.locale)

    for function in (validate, handle):
        function.__name__ = function.__qualname__ = name
        function.__annotations__["act"] = Act[body]
        del function.__annotations__["self"]  # the SDK takes an annotated self for an argument
    update = workflow.update(name=name, description=(body.__doc__ or name).splitlines()[0])(handle)
    update.validator(validate)
    return update
