"""docs/settings.md says of every setting what settings.py says."""

import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from settings import ROOT, WRONG_SETTINGS, Settings, wrong_settings

ROW = re.compile(r"^\| `(?:REDRESS_)?(\w+)` \| (none|`[^`]*`) \| (.+) \|$", re.MULTILINE)
DOCUMENTED = {
    name.lower(): default.strip("`") for name, default, _ in ROW.findall((ROOT / "docs/settings.md").read_text("utf-8"))
}


def shown(default: object) -> str:
    match default:
        case None:
            return "none"
        case SecretStr():
            return default.get_secret_value()
        case Path() if default.is_absolute():
            return str(default.relative_to(ROOT))
        case dict():
            return json.dumps(default)
        case _:
            return str(default)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("REDRESS_WORKER_SERVES", '["cases", "pay"]', "REDRESS_WORKER_SERVES.1: pay is none of cases, merchant, "),
        ("REDRESS_API_SERVES", '["codecs"]', "REDRESS_API_SERVES.0: codecs is none of cases, codec"),
        ("REDRESS_PARTNER_RATES", '{"pay": 3}', "pay is none of merchant, "),
        ("REDRESS_WORKER_SERVES", "cases", "REDRESS_WORKER_SERVES: has to be JSON (Expecting value"),
        ("REDRESS_ALLOWED_HOSTS", "desk.shop.example", "REDRESS_ALLOWED_HOSTS: has to be JSON (Expecting value"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_a_sentence(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WRONG_SETTINGS) as found:
        Settings()
    assert words in wrong_settings(found.value)


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(DOCUMENTED) == set(Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_documented_default_is_the_real_one(name: str) -> None:
    assert DOCUMENTED[name] == shown(Settings.model_fields[name].default)
