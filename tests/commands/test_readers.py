"""Every field that leaves Redress has readers (TRU-5): of answers, timeline entries, messages, streams, and what commands print."""

import re
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from pydantic import BaseModel

from api.app import create_app
from api.http.auth import Caller
from api.http.routes import SeenRoute
from commands.readers import WITHOUT_MODEL, answers, document, routes
from models.case.news import NEWS
from models.common.events import Event
from models.common.readers import Everybody, Platform, readers_of
from models.common.timeline import TimelineView
from rules.common.readers import as_seen, reachable
from settings import Settings
from tests.support.builders.actors import CUSTOMER

ROOT = Path(__file__).parents[2]


BY_ID_ALONE = {"commands/backup/check.py", "commands/keys.py", "commands/sweep.py"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings())


def unnamed(model: type[BaseModel]) -> list[str]:
    """The fields of a model that name no readers."""
    return [f"{model.__name__}.{field}" for field, readers in readers_of(model).items() if readers is None]


def test_every_field_of_every_answer_names_its_readers(app: FastAPI) -> None:
    models = frozenset[type[BaseModel]]().union(*answers(app).values())
    assert len(models) > 90
    assert sorted(fault for model in models for fault in unnamed(model)) == []


def test_every_endpoint_with_a_caller_goes_through_the_door_that_filters(app: FastAPI) -> None:
    open_doors = [route.path for route in routes(app) if _has_caller(route.dependant) and not isinstance(route, SeenRoute)]
    assert open_doors == []


def _has_caller(dependant: object) -> bool:
    names = [getattr(dependant, "name", None), *(part.name for part in getattr(dependant, "dependencies", ()))]
    return "caller" in names


def test_what_is_answered_without_a_model_is_listed_with_who_gets_it(app: FastAPI) -> None:
    without = {path for path, models in answers(app).items() if not models}
    assert {path for path in WITHOUT_MODEL if path not in without} <= {"/v1/agents/{agent_id}", "/v1/knowledge/{entry_id}"}
    assert without <= WITHOUT_MODEL.keys()


def test_a_stream_is_made_of_timeline_entries_or_of_news_alone(app: FastAPI) -> None:
    streams = [route for route in routes(app) if "stream" in str(getattr(route.response_class, "media_type", ""))]
    assert {route.path for route in streams} == {"/v1/cases/{case_id}/events", "/v1/me/events"}
    assert [fault for sent in (TimelineView, *NEWS) for model in reachable(sent) for fault in unnamed(model)] == []


@pytest.mark.parametrize("event", list(Event))
def test_everything_that_an_entry_carries_has_readers_among_those_of_the_entry(event: Event) -> None:
    assert event.readers
    for field, readers in event.fields.items():
        assert readers, field
    parts = {field.partition(".")[0] for field in event.fields if "." in field}
    assert parts <= event.data


def test_a_field_without_readers_is_read_by_nobody() -> None:
    class Careless(BaseModel):
        told: Everybody[str]
        forgotten: str

    assert unnamed(Careless) == ["Careless.forgotten"]
    with pytest.raises(LookupError, match=r"Careless\.forgotten names no readers"):
        as_seen(Careless(told="a", forgotten="b"), CUSTOMER)


async def test_an_endpoint_answers_with_models_or_not_at_all() -> None:
    class Half(BaseModel):
        told: Everybody[str]
        kept: Platform[str | None]

    class Holder(BaseModel):
        halves: Everybody[list[Half]]
        by_name: Everybody[dict[str, Half]]

    half, left = Half(told="a", kept="b"), Half(told="a", kept=None)
    answers: dict[str, Any] = {
        "tuple": (half,),
        "list": [half],
        "inside": Holder(halves=[half], by_name={"a": half}),
        "none": None,
        "json": {"kept": "b"},
        "text": "b",
        "mixed": [half, "b"],
    }
    caller = Caller(CUSTOMER)

    async def seen(name: str) -> Any:
        async def endpoint(caller: Annotated[Any, Depends(lambda: None)]) -> Any:  # noqa: ARG001
            return answers[name]

        return await SeenRoute("/", endpoint, response_model=None).endpoint(caller=caller)

    assert await seen("tuple") == (left,)
    assert await seen("list") == [left]
    assert await seen("inside") == Holder(halves=[left], by_name={"a": left})
    assert await seen("none") is None
    for name in ("json", "text", "mixed"):
        with pytest.raises(TypeError, match="nothing says who reads it"):
            await seen(name)


def test_commands_print_of_cases_what_the_api_gives() -> None:
    """None reads the tables of cases, or makes views, itself; but for those of operators, which print ids alone."""
    inner = re.compile(r"^from (models\.tables\.(case|claims|returns)|rules\.case\.(view|timeline))\b", re.MULTILINE)
    found = {str(file.relative_to(ROOT)) for file in (ROOT / "commands").rglob("*.py") if inner.search(file.read_text("utf-8"))}
    assert found == BY_ID_ALONE


def test_the_document_is_current() -> None:
    """`redress readers > docs/readers.md` mends it."""
    assert (ROOT / "docs/readers.md").read_text("utf-8") == document()
