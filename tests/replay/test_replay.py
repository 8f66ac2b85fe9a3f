"""Histories of cases of earlier releases replay clean on today's workflow code. `record.py` saves new ones."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from adapters.payloads.converter import PLAIN
from workflows.case import CaseWorkflow
from workflows.claims.workflow import ClaimWorkflow
from workflows.kit.sandbox import RUNNER
from workflows.replacements.workflow import ReplacementWorkflow
from workflows.returns.workflow import ReturnWorkflow

WORKFLOWS = [CaseWorkflow, ReturnWorkflow, ReplacementWorkflow, ClaimWorkflow]
HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


def test_there_is_a_history_of_every_kind_of_case_and_of_what_it_starts() -> None:
    names = {history.stem.split(".")[0] for history in HISTORIES}
    assert {"inquiry", "after_sales", "complaint", "return", "replacement", "claim"} <= names


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_saved_history_replays(path: Path) -> None:
    events = json.loads(path.read_text(encoding="utf-8"))
    own_id = events["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"]  # keys and references are made of it
    history = WorkflowHistory.from_json(own_id, events)
    replayer = Replayer(
        workflows=[CaseWorkflow, ReturnWorkflow, ReplacementWorkflow, ClaimWorkflow],
        workflow_runner=RUNNER,
        data_converter=PLAIN,
    )
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    assert result.replay_failure is None
