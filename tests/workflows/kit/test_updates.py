"""Every action of people is an update of its workflow, with the action's own body."""

from collections.abc import Mapping
from enum import StrEnum
from typing import get_type_hints

import pytest

from models.case.action_bodies import Join
from models.case.actions import BODIES, Act, Action
from models.case.state import CaseState
from models.claims.actions import CLAIM_BODIES
from models.common.base import Body
from models.common.vocabulary import Stage
from models.replacements.state import REPLACEMENT_BODIES
from models.returns.state import RETURN_BODIES
from tests.rules.case.test_permissions import at
from workflows.case import CaseWorkflow
from workflows.claims.workflow import ClaimWorkflow
from workflows.replacements.workflow import ReplacementWorkflow
from workflows.returns.workflow import ReturnWorkflow


@pytest.mark.parametrize(
    ("workflow", "actions"),
    [
        (CaseWorkflow, BODIES),
        (ReturnWorkflow, RETURN_BODIES),
        (ReplacementWorkflow, REPLACEMENT_BODIES),
        (ClaimWorkflow, CLAIM_BODIES),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_every_action_is_an_update_that_takes_its_body(workflow: type, actions: Mapping[StrEnum, type[Body]]) -> None:
    for action, body in actions.items():
        method = getattr(workflow, action.value)
        assert get_type_hints(method)["act"] == Act[body]
        assert method._defn.name == action.value  # the SDK has no public way to ask  # noqa: SLF001
        assert method._defn.validator is not None  # noqa: SLF001


def test_a_second_opening_joins_by_an_update_of_its_own() -> None:
    assert get_type_hints(CaseWorkflow.join)["act"] == Act[Join]
    assert issubclass(Join, BODIES[Action.ADD_WORDS])


def test_the_stage_a_case_was_sent_to_keeps_its_name_in_saved_states() -> None:
    saved = at(Stage.RESOLUTION, next_stage=Stage.ARCHIVAL).model_dump(mode="json")
    assert saved["turn_to"] == Stage.ARCHIVAL
    assert CaseState.model_validate(saved).next_stage is Stage.ARCHIVAL
