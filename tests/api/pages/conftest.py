"""Tests of pages have people who look at them, and submit the forms that their marks name."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.support.console_forms import form_at
from tests.support.processes.api import Web
from tests.support.processes.pages import Shown, Visitor, Visitors, visiting
from tests.support.processes.scenes import Shop, silent_shop


@pytest.fixture
async def visitors(web: Web) -> AsyncIterator[Visitors]:
    async with visiting(web) as visitors:
        yield visitors


@pytest.fixture(scope="session")
async def shop(temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Where the state that an action needs is brought about over the sandbox."""
    async with silent_shop(temporal, tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture(autouse=True)
def forms_are_submitted_as_marked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that says that it submits a form has sent it, and it was taken."""
    test = cast("pytest.Item", request.node)
    named = {form for mark in test.iter_markers("submits") for form in mark.args}
    taken: set[str | None] = set()
    post = Visitor.post

    async def noted(who: Visitor, address: str, fields: dict[str, Any], **headers: str) -> Shown:
        shown = await post(who, address, fields, **headers)
        if shown.answer.is_success:
            taken.add(form_at(address, fields))
        return shown

    monkeypatch.setattr(Visitor, "post", noted)
    yield
    assert named - taken == set(), "marked, and not submitted"
