"""Every example of /docs runs as it is: against the sandbox over HTTP, on cases that are brought into the state for it."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from api.cases.eligibility import QUESTIONS
from api.http.examples import ACTIONS, OPENINGS
from models.case.actions import Action
from models.common.vocabulary import Role
from tests.support.processes.scenes import AGENT, COLLEAGUE, SCENES, Case, Shop, silent_shop


@pytest.fixture(scope="module")
async def shop(temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with silent_shop(temporal, tmp_path_factory.mktemp("shop")) as shop:
        yield shop


def test_every_action_has_a_scene() -> None:
    assert set(SCENES) == set(Action) == set(ACTIONS)


@pytest.mark.parametrize("action", list(Action))
async def test_the_example_of_an_action_runs_as_it_is(shop: Shop, action: Action) -> None:
    bring_about, role = SCENES[action]
    case = await bring_about(shop)
    name = COLLEAGUE if action in {Action.ACCEPT_TRANSFER, Action.DECLINE_TRANSFER} else AGENT
    view = await case.act(role, action, name=name)
    assert view["case_id"] == case.case_id


@pytest.mark.parametrize("name", list(QUESTIONS))
async def test_every_question_about_an_order_is_answered(shop: Shop, name: str) -> None:
    answer = await shop.person(Role.CUSTOMER, "C-1").post("/v1/eligibility", QUESTIONS[name]["value"])
    assert answer.status_code == 200, answer.text
    (cup,) = answer.json()["lines"]
    assert any(remedy["kind"] == "return_and_refund" and remedy["allowed"] for remedy in cup["remedies"])


@pytest.mark.parametrize("name", list(OPENINGS))
async def test_the_example_of_an_opening_runs_as_it_is(shop: Shop, name: str) -> None:
    customer = {"O-1024": "C-24", "O-1025": "C-25"}.get(OPENINGS[name]["value"].get("order_id", ""), "C-1")
    who = shop.person(Role.AGENT, AGENT) if name == "on_behalf" else shop.person(Role.CUSTOMER, customer)
    answer = await who.post("/v1/cases", OPENINGS[name]["value"])
    assert answer.status_code == 201, answer.text
    case = Case(shop, answer.json()["case_id"], {"customer_id": customer})
    await case.reaches("answers", "reply", "answer_check", "triage", "plan", "order_change", "charge")
