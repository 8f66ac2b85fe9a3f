"""`redress library` (ARC-2): what the API finds, as a table, in the terminal's language."""

from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

import cli
from commands.kit.client import Caller
from commands.kit.failure import CommandError

BRIEF = {"case_id": "RD-7", "issue_name": "lost", "stage": "closed", "outcome": "resolved", "root_cause": "carrier: lost"}
EXCERPT = {"text": "the charger [burns]", "marks": [[4, 11]]}
ANSWERS: dict[str, dict[str, Any]] = {
    "/v1/library": {"cases": [BRIEF | {"excerpts": [EXCERPT]}]},
    "/v1/cases/RD-1/similar": {
        "cases": [
            BRIEF | {"remedies": [{"kind": "refund_only", "amount": {"minor": 1290, "currency": "CNY"}}], "shared": ["sku"]}
        ],
        "causes": [{"root_cause": "carrier: lost", "cases": 3, "outcomes": {"resolved": 3}}],
    },
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """What the API was asked, which answers as above."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        known = ANSWERS.get(request.url.path)
        return httpx.Response(200, json=known) if known else httpx.Response(404, json={"detail": "Unknown."})

    def connect(self: Caller) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.address, headers=self.headers, transport=httpx.MockTransport(answer))

    monkeypatch.setattr(Caller, "connect", connect)
    return requests


def said(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(
        cli.main, ["--lang", "en", "library", *arguments, "--token", "t"], catch_exceptions=False
    )
    return result.stdout


def test_a_search_shows_cases_with_their_words(asked: list[httpx.Request]) -> None:
    shown = said("search", "charger", "burns", "--issue", "logistics.lost", "--stage", "closed", "--merchant", "M-1")
    assert all(word in shown for word in ("RD-7", "lost", "resolved", "the charger [burns]"))
    assert str(asked[0].url.query, "ascii") == "q=charger+burns&limit=10&issue=logistics.lost&stage=closed&merchant_id=M-1"


def test_similar_cases_are_shown_with_how_they_ended_and_by_root_cause(asked: list[httpx.Request]) -> None:
    shown = said("similar", "RD-1", "--root-cause", "carrier: lost")
    assert all(word in shown for word in ("refund_only CNY 12.90", "carrier: lost", "resolved 3", "sku"))
    assert asked[0].url.params["root_cause"] == "carrier: lost"


def test_nothing_found_and_an_unknown_case_are_said_so(asked: list[httpx.Request], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ANSWERS, "/v1/library", {"cases": []})
    assert "No case was found." in said("search", "nowhere")
    with pytest.raises(CommandError, match="404"):
        said("similar", "RD-NONE")
    assert len(asked) == 2
