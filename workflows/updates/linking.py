"""Links with other cases (WRK-7): written into their table for both sides, and told to the other case, whose workflow may be over."""

from models.case.actions import Act
from models.case.desk_bodies import Link, Unlink
from models.case.linking import Relate, Related, Relation
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.events import Event
from workflows.kit import activities
from workflows.kit.case_context import CaseContext


async def link(context: CaseContext, act: Act[Link] | Act[Unlink]) -> CaseView:
    """Both sides say the same when this answers; whatever dies meanwhile, it is written until it is there."""
    fresh = act.request_id not in context.case.requests_seen
    context.perform(act, lambda context, _: context.mark())
    if fresh:
        relation = act.body.relation if isinstance(act.body, Link) else None
        by = Actor(role=act.actor.role, id=act.actor.id)
        asked = Relate(
            case_id=context.case.case_id, other=act.body.to, relation=relation, by=by, at=context.now, key=act.request_id
        )
        if (await activities.relate_cases(asked)).changed:
            tell(context, act.body.to, relation, act.actor)
    return context.view_for(act)


def hear_related(context: CaseContext, told: Related) -> None:
    """The other side of it, once however often it is told."""
    if context.first_time(f"related:{told.other}:{told.key}"):
        tell(context, told.other, told.relation, told.by)


def tell(context: CaseContext, other: str, relation: Relation | None, by: Actor) -> None:
    if relation is None:
        context.note(Event.UNLINKED, by, other=other)
    else:
        context.note(Event.LINKED, by, other=other, relation=relation.value)
