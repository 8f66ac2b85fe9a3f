"""The OpenAPI document has plain names only, no answer is made of a workflow's own state, and every body is checked before it is read."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from fastapi.params import Body
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.app import create_app
from api.http.bodies import check_body
from models.common.views import View
from settings import Settings

PLAIN_SCHEMA = re.compile(r"[A-Z][A-Za-z0-9]*")
PLAIN_FIELD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
STATE = re.compile(r"models\.(\w+\.state|remedies\.remedy|investigation\.clocks|tables\..*)")
"""The modules of what workflows and tables keep."""
FORMER = {"for_": "for", "return_": "return", "reimbursement": "refund_status", "errand": "child", "parked": "suspended_child"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings())


@pytest.fixture(scope="module")
def schemas(app: FastAPI) -> dict[str, dict[str, Any]]:
    return app.openapi()["components"]["schemas"]


def test_every_schema_has_one_plain_name(schemas: dict[str, dict[str, Any]]) -> None:
    assert [name for name in schemas if not PLAIN_SCHEMA.fullmatch(name)] == []
    assert [name for name, schema in schemas.items() if schema.get("title", name) != name] == []


def test_every_field_has_a_plain_name_unless_it_is_deprecated(schemas: dict[str, dict[str, Any]]) -> None:
    fields = [(name, field, schema) for name, of in schemas.items() for field, schema in of.get("properties", {}).items()]
    unfit = {(name, field) for name, field, _ in fields if not PLAIN_FIELD.fullmatch(field) or field in FORMER}
    assert unfit == {(name, field) for name, field, schema in fields if schema.get("deprecated")}


def test_what_is_deprecated_stands_beside_the_name_that_takes_its_place(schemas: dict[str, dict[str, Any]]) -> None:
    found: set[str] = set()
    for schema in schemas.values():
        fields = schema.get("properties", {})
        for former in (field for field, about in fields.items() if about.get("deprecated")):
            assert f"`{FORMER[former]}`" in fields[former]["description"]
            assert FORMER[former] in fields
            found.add(former)
    assert found == set(FORMER)


def test_no_answer_is_or_holds_a_workflows_state(app: FastAPI) -> None:
    answers = {model for route in routes(app) if route.response_model for model in models_in(route.response_model)}
    assert len(answers) > len(FORMER)
    assert [model.__qualname__ for model in answers if STATE.fullmatch(model.__module__)] == []
    assert any(issubclass(model, View) for model in answers)


def test_every_json_body_is_checked_before_its_fields_are_looked_at(app: FastAPI) -> None:
    kinds = [(route, type(route.body_field.field_info)) for route in routes(app) if route.body_field]
    json_bodies = [route for route, kind in kinds if kind is Body]
    assert [route.path for route in json_bodies if check_body not in {found.call for found in route.dependant.dependencies}] == []
    assert len(json_bodies) > 10


def routes(app: FastAPI) -> Iterator[APIRoute]:
    """Every endpoint; routers may be nested."""
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            yield route
        waiting += getattr(getattr(route, "original_router", route), "routes", ())


def models_in(annotation: Any, seen: set[type[BaseModel]] | None = None) -> set[type[BaseModel]]:
    """The models that a type names, and the ones that these hold."""
    found = set[type[BaseModel]]() if seen is None else seen
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in found:
        found.add(annotation)
        for field in annotation.model_fields.values():
            models_in(field.annotation, found)
    for part in get_args(annotation):
        models_in(part, found)
    return found
