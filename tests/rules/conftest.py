"""What the tests of rules share: the policy as it is shipped, and the slice a case opened on a Monday in June carries."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.policy.policy import Policy, PolicySlice
from rules.policy.load import load_policy, slice_policy

POLICY_FILE = Path(__file__).parents[2] / "policies" / "default.yaml"


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(POLICY_FILE)


@pytest.fixture(scope="session")
def policy_slice(policy: Policy) -> PolicySlice:
    return slice_policy(policy, datetime(2026, 6, 8, 2, tzinfo=UTC))


@pytest.fixture(scope="session")
def policy_text() -> str:
    return POLICY_FILE.read_text(encoding="utf-8")
