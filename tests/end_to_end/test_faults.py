"""Processes are killed while cases run: nothing is lost, nothing is done twice."""

import pytest
from alembic import command
from sqlalchemy import create_engine

from adapters.database.engine import alembic_config, url_of
from models.common.vocabulary import Role
from tests.support.matrix import matrix
from tests.support.processes.redress import Redress, until

pytestmark = pytest.mark.long


@pytest.mark.parametrize("fault", matrix(["slow", "timeout_after"], every=2))
def test_a_worker_killed_in_the_middle_of_a_refund_moves_the_money_once(redress: Redress, fault: str) -> None:
    redress.fault(partner="payment", call="refund", fault=fault, times=1, seconds=4)
    case = redress.open("charged_twice", kind="after_sales", issue="payment.charged_twice", wanted={"remedy": "refund_only"})
    until(lambda: any(remedy["parts"] for remedy in case.view()["remedies"]))
    redress.kill("worker")
    case.reaches("confirmation")
    case.act(Role.CUSTOMER, "confirm")
    assert case.closes()["outcome"] == "resolved"
    assert [refund["status"] for refund in case.refunds()] == ["arrived"]


@pytest.mark.parametrize("part", matrix(["worker", "api", "temporal", "sandbox"], every=2))
def test_a_waiting_case_goes_on_after_a_process_was_killed(redress: Redress, part: str) -> None:
    case = redress.open("delivered", kind="inquiry", issue="rules.platform_rule")
    case.reaches("reply")
    redress.kill(part)
    case.act(Role.AGENT, "reply", words="Within seven days.", solves=True)
    case.reaches("confirmation")
    case.act(Role.CUSTOMER, "confirm")
    assert case.closes()["outcome"] == "answered"


def test_the_first_action_after_a_worker_was_killed_is_answered_by_another(redress: Redress) -> None:
    case = redress.open("delivered", kind="inquiry", issue="rules.platform_rule")
    case.reaches("reply")
    redress.kill("worker")
    headers = redress.headers(Role.AGENT, "alice") | {"Idempotency-Key": "right-after-the-kill"}
    address = f"{redress.settings.api_url}/v1/cases/{case.case_id}/reply"
    answer = redress.http.post(address, headers=headers, json={"words": "Within seven days.", "solves": True})
    assert answer.is_success, answer.text  # at the first try


@pytest.mark.parametrize("part", ["api", "worker"])
def test_a_part_that_starts_again_with_a_newer_program_finds_the_database_migrated(redress: Redress, part: str) -> None:
    engine = create_engine(url_of(redress.settings, sync=True))
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "-1")  # as it was before the pull
    engine.dispose()
    before = redress.said().count("the database was migrated")
    redress.kill(part)
    assert redress.said().count("the database was migrated") == before + 1
    assert redress.http.get(f"{redress.settings.api_url}/readyz").json()["checks"]["database"] == "ok"
