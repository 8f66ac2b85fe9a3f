"""`redress route explain` (DSP-1)."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from commands.kit.failure import CommandError
from settings import ROOT

ASK = ["route", "explain", "--kind", "after_sales", "--issue", "logistics.damaged"]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Goes to logistics (logistics specialists), first with the merchant, by the row logistics."),
        ("zh", "分给 logistics（物流专员），先由 merchant 处理，依据规则 logistics。"),
    ],
)
def test_the_dry_run_says_who_gets_a_case_in_both_languages(lang: str, said: str) -> None:
    assert said in CliRunner().invoke(cli.main, ["--lang", lang, *ASK]).stdout


def test_what_the_case_is_decides() -> None:
    said = CliRunner().invoke(cli.main, ["--lang", "en", *ASK, "--priority", "P1", "--merchant", "M-1"]).stdout
    assert "first with the platform, by the row urgent-logistics" in said


def test_a_policy_may_be_tried_before_it_is_used(tmp_path: Path) -> None:
    text = (ROOT / "policies" / "default.yaml").read_text(encoding="utf-8")
    tried = tmp_path / "tried.yaml"
    row = "routing:\n  - {id: shop, group: logistics, merchant: M-7, team: complaints, tier: platform}\n"
    tried.write_text(text.replace("routing:\n", row, 1), encoding="utf-8")
    said = CliRunner().invoke(cli.main, ["--lang", "en", *ASK, "--merchant", "M-7", "--policy", str(tried)]).stdout
    assert "by the row shop" in said
    wrong_one = tmp_path / "wrong.yaml"
    wrong_one.write_text(text.replace("team: logistics, tier", "team: logistic, tier", 1), encoding="utf-8")
    wrong = CliRunner().invoke(cli.main, [*ASK, "--policy", str(wrong_one)])
    assert isinstance(wrong.exception, CommandError)
    assert 'no such team "logistic"' in str(wrong.exception)
