"""`redress partner secret` and `redress seal`: made, handed over, replaced; what cannot be is refused in words."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.secrets import secrets_of
from cli import main
from commands.kit.failure import CommandError
from settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("REDRESS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDRESS_LANG", "en")
    return Settings()


def said(*words: str) -> str:
    answer = CliRunner().invoke(main, list(words), catch_exceptions=False)
    return answer.output


def refused(*words: str) -> str:
    answer = CliRunner().invoke(main, list(words))
    assert isinstance(answer.exception, CommandError), answer.output
    return str(answer.exception)


def test_a_carriers_secrets_are_made_rotated_and_taken_away(settings: Settings) -> None:
    made = said("partner", "secret", "make", "carrier/SF")
    first = secrets_of(settings).partners["carrier/SF"]
    assert made.split() == ["webhook", first.webhook[0].get_secret_value(), "token", first.token[0].get_secret_value()]
    assert said("partner", "secret", "show", "carrier/SF") == made
    said("partner", "secret", "rotate", "carrier/SF")
    second = secrets_of(settings).partners["carrier/SF"]
    assert (second.webhook[1], second.token[1]) == (first.webhook[0], first.token[0])
    said("partner", "secret", "drop", "carrier/SF")
    assert secrets_of(settings).partners["carrier/SF"].webhook == second.webhook[:1]
    listed = said("partner", "secret", "list")
    assert "/v1/webhooks/carrier/SF" in listed
    assert second.webhook[0].get_secret_value() not in listed
    said("partner", "secret", "remove", "carrier/SF")
    assert "carrier/SF" not in secrets_of(settings).partners


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("make", "stranger/SF"), "is no partner"),
        (("make", "payment/P-1"), "is no partner"),
        (("make", "carrier/"), "is no partner"),
        (("make", "carrier"), "has credentials already"),
        (("rotate", "carrier/SF"), "make them with make"),
        (("show", "carrier/SF"), "make them with make"),
        (("remove", "carrier"), "not removed"),
        (("drop", "shared"), "no secret that all partners share"),
    ],
)
@pytest.mark.usefixtures("settings")
def test_what_cannot_be_done_is_refused_in_words(words: tuple[str, str], why: str) -> None:
    assert why in refused("partner", "secret", *words)


def test_the_secret_that_all_shared_is_told_of_until_it_is_dropped(settings: Settings) -> None:
    (settings.data_dir / "secrets.json").write_text('{"jwt": "x", "webhook": "whsec_c2VjcmV0"}', encoding="utf-8")
    assert "drop shared" in said("partner", "secret", "list")
    said("partner", "secret", "drop", "shared")
    assert secrets_of(settings).webhook is None
    assert secrets_of(settings).jwt == "x"


def test_two_keys_of_seals_are_good(settings: Settings) -> None:
    (first,) = secrets_of(settings).seals
    said("seal", "rotate")
    second, before = secrets_of(settings).seals
    assert before == first
    said("seal", "rotate")
    assert secrets_of(settings).seals[1] == second
