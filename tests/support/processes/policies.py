"""A policy that differs from the default one in some figures."""

import re
from collections.abc import Mapping
from pathlib import Path

from settings import Settings

ALL_ALONE = {
    "^  automatic: 20000$": "  automatic: 100000000",
    "^  agent: 200000$": "  agent: 100000000",
    "max_minor_a_day: 2000000": "max_minor_a_day: 100000000",
}
"""However much a refund is, no person is needed."""
NOTHING_ALONE = {"^  automatic: 20000$": "  automatic: 0"}
NO_QUIET_HOURS = {"^  quiet_hours: .*$": "  quiet_hours: {}"}
"""Messages go out at whatever hour a test runs."""


def policy_with(folder: Path, figures: Mapping[str, str]) -> Path:
    """A file in the folder: the default policy, in which each pattern that is named stands for what is here."""
    text = Settings().policy.read_text(encoding="utf-8")
    for known, here in figures.items():
        text, met = re.subn(known, here, text, flags=re.MULTILINE)
        assert met, known
    policy = folder / "policy.yaml"
    policy.write_text(text, encoding="utf-8")
    return policy
