"""A key management service whose key is switched off for a while: programs that start say so, cases wait, and nothing is lost (docs/payloads.md)."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.payloads.key_services import new_payload_key
from adapters.secrets import change_secrets
from models.common.vocabulary import Role
from tests.support.processes.aws import Aws, running_aws
from tests.support.processes.redress import Redress, until

pytestmark = pytest.mark.long


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with running_aws() as aws:
        for name, value in aws.variables.items():
            monkeypatch.setenv(name, value)
        yield aws


@pytest.fixture
def redress(tmp_path: Path, aws: Aws) -> Iterator[Redress]:
    redress = Redress(tmp_path)
    held = f"aws-kms:{aws.made_key('alias/redress')}"
    key = new_payload_key(redress.settings.model_copy(update={"payload_keys_held_by": held}))
    change_secrets(redress.settings, lambda known: known.model_copy(update={"payload_keys": (key,)}))
    with redress.running():
        yield redress


@pytest.mark.timeout(900)
def test_cases_wait_for_a_key_that_is_disabled_and_go_on(redress: Redress, aws: Aws) -> None:
    case = redress.open("delivered", kind="inquiry", issue="rules.platform_rule")
    case.reaches("reply")
    (key,) = (known["KeyId"] for known in aws.kms.list_keys()["Keys"])
    aws.kms.disable_key(KeyId=key)
    os.kill(redress.pids()["worker"], signal.SIGKILL)
    told = "which holds payload keys, is disabled: enable it (aws kms enable-key), and cases go on."
    until(lambda: told in (redress.folder / "data/logs/worker.log").read_text(encoding="utf-8"), 300)
    assert told in redress.run("keys", "status").stdout
    looked = redress.run("doctor")
    assert looked.returncode == 1
    assert told in looked.stdout
    assert "Traceback" not in looked.stdout + looked.stderr
    assert case.view()["waiting"]["for"] == "reply"
    aws.kms.enable_key(KeyId=key)
    until(lambda: "is back." in redress.said(), 300)
    case.act(Role.AGENT, "reply", words="Within seven days.", solves=True)
    case.reaches("confirmation")
    case.act(Role.CUSTOMER, "confirm")
    assert case.closes()["outcome"] == "answered"
