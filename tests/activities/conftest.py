"""The activities that write records, on a real database."""

import pytest

from activities.case.records import RecordsActivities
from adapters.database.engine import Database
from models.policy.policy import Policy
from rules.notifications.texts import texts
from rules.policy.load import load_policy
from settings import Settings


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(Settings().policy)


@pytest.fixture
def records(database: Database, policy: Policy) -> RecordsActivities:
    return RecordsActivities(database, texts(policy.zone), policy)
