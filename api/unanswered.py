"""What people asked the knowledge base in vain (REC-6), over HTTP: listed for supervisors, who write the next entries."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query

from adapters.knowledge.unanswered import seen_to, unanswered
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf, only_for
from api.http.problems import not_found
from api.http.responses import OWN, READING
from api.http.routes import SeenRoute
from models.common.base import Frozen, Instant
from models.common.readers import Platform
from models.common.vocabulary import Role
from models.knowledge.entry import Short

router = APIRouter(prefix="/v1/unanswered-questions", tags=["knowledge"], route_class=SeenRoute)

WRITERS = frozenset({Role.SUPERVISOR})
QUESTION: Any = {"example": {"summary": "As it is listed · 列表中的提问", "value": {"words": "gift wrapping"}}}


class UnansweredQuestion(Frozen):
    """What nothing answered well enough. `words` names it, `said` is how somebody put it; `people` asked it, `asked` times in all."""

    words: Platform[str]
    said: Platform[str]
    people: Platform[int]
    asked: Platform[int]
    last_at: Platform[Instant]


class SeenTo(Frozen):
    """Which question."""

    words: Short


@router.get("", summary="Searches that found nothing · 未找到解答的提问", responses=READING)
async def list_unanswered(
    parts: PartsOf, caller: CallerOf, *, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> tuple[UnansweredQuestion, ...]:
    """Of the last 90 days, what most people asked first: the next entries to write. For: supervisor."""
    only_for(caller, WRITERS)
    async with parts.database.reading() as session:
        return tuple(UnansweredQuestion.model_validate(one._asdict()) for one in await unanswered(session, limit))


@router.post("/seen-to", summary="Take a search off the list · 移除提问", responses=OWN, dependencies=[Depends(check_body)])
async def see_to_unanswered(
    parts: PartsOf, caller: CallerOf, body: Annotated[SeenTo, Body(openapi_examples=QUESTION)]
) -> tuple[UnansweredQuestion, ...]:
    """An entry answers it by now, or none is to; what is left. It is listed again when it is asked again in vain. For: supervisor."""
    only_for(caller, WRITERS)
    async with parts.database.writing() as session:
        if not await seen_to(session, body.words):
            raise not_found()
    return await list_unanswered(parts, caller, limit=50)
