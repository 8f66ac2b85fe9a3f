"""The activities that write records, on a real database."""

import pytest

from activities.records import RecordsActivities
from adapters.database import Database
from models.policy import Policy
from rules.policy import load_policy
from rules.texts import texts
from settings import Settings


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(Settings().policy)


@pytest.fixture
def records(database: Database, policy: Policy) -> RecordsActivities:
    return RecordsActivities(database, texts(), policy)
