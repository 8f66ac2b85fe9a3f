"""`redress release`: the gate that a release passes before it works on open cases (docs/releases.md)."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import main
from commands.kit.failure import CommandError
from settings import ROOT

HISTORY = next((ROOT / "tests/replay/histories").glob("inquiry.*.json"))


@pytest.fixture(autouse=True)
def no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REDRESS_LANG", "en")
    monkeypatch.setenv("REDRESS_TEMPORAL_PORT", "9")  # nobody listens there


def refused(*words: str) -> tuple[str, str]:
    answer = CliRunner().invoke(main, ["release", *words])
    assert isinstance(answer.exception, CommandError), answer.output
    return str(answer.exception), answer.output


def test_a_history_that_does_not_replay_is_named_and_holds_the_gate_shut(tmp_path: Path) -> None:
    content = HISTORY.read_text(encoding="utf-8")
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    other = json.loads(content)
    timer = next(place for place, event in enumerate(other["events"]) if "timerStartedEventAttributes" in event)
    del other["events"][timer]  # a release that waits for nothing there
    (tmp_path / "b.json").write_text(json.dumps(other), encoding="utf-8")
    why, said = refused("check", "--histories", str(tmp_path))
    assert "1 of 2 open workflows do not replay" in why
    assert other["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"] in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("promote",), "Set TEMPORAL_DEPLOYMENT_NAME"),
        (("status", "--deployment", "redress"), "No Temporal server answers"),
        (("promote", "--deployment", "redress", "--build-id", "two"), "No Temporal server answers"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], told: str) -> None:
    assert told in refused(*words)[0]
