"""docs/settings.md says of every setting what settings.py says."""

import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from settings import ROOT, Settings

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


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(DOCUMENTED) == set(Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_documented_default_is_the_real_one(name: str) -> None:
    assert DOCUMENTED[name] == shown(Settings.model_fields[name].default)
