"""`redress report`: figures on the terminal, and as files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import main
from commands import report as command
from models.common.base import Bilingual
from models.figures import Column, Figure, FigureUnit, Report, Row

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def told(name: str, *rows: Row) -> Report:
    columns = (
        Column(name="cases", title=Bilingual(zh="工单数", en="Cases"), unit=FigureUnit.CASES),
        Column(name="minor", title=Bilingual(zh="金额", en="Amount"), unit=FigureUnit.MINOR),
    )
    return Report(
        report=name,
        title=Bilingual(zh="补偿支出", en="Money given"),
        opened_from=MAY,
        opened_to=MAY,
        before_from=MAY,
        zone="Asia/Shanghai",
        columns=columns,
        rows=rows,
    )


def row(value: float, minor: float, **by: str | None) -> Row:
    return Row(by=by, figures={"cases": Figure(value=value, before=2), "minor": Figure(value=minor)})


GIVEN = told("given", row(12, 123_456, remedy="退款 <b>", currency="CNY"), row(3, 500, remedy=None, currency="JPY"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the API was asked for; it answers with `GIVEN`."""
    heard = list[dict[str, Any]]()

    async def ask(_: object, __: str, query: dict[str, Any]) -> object:
        heard.append(query)

        class Answer:
            content = b"a file"

            def json(self) -> object:
                return GIVEN.model_dump(mode="json")

        return Answer()

    monkeypatch.setattr(command, "_ask", ask)
    monkeypatch.setenv("COLUMNS", "120")
    return heard


def run(*words: str) -> str:
    done = CliRunner().invoke(main, ["--lang", "en", "report", *words, "--token", "t"])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_report_is_a_table_with_the_period_before_in_brackets(asked: list[dict[str, Any]]) -> None:
    shown = run("given", "--from", "2026-05-01", "--filter", "channel=app", "--filter", "channel=web", "--by", "issue")
    assert asked == [{"opened_from": "2026-05-01", "by": ["issue"], "limit": 50, "channel": ["app", "web"]}]
    assert "退款 <b>" in shown
    assert "12 (2)" in shown
    assert "1,234.56" in shown
    assert "500" in shown


@pytest.mark.parametrize("form", ["xlsx", "svg"])
def test_a_file_comes_as_the_api_gives_it(asked: list[dict[str, Any]], tmp_path: Path, form: str) -> None:
    run("given", "--format", form, "--output", str(tmp_path / "it"))
    assert (asked[0]["format"], (tmp_path / "it").read_bytes()) == (form, b"a file")
