"""A program reads what a newer release has written, and people's typing mistakes are still refused (docs/releases.md)."""

import json
import zlib
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from temporalio.api.common.v1 import Payload

from adapters.payloads.converter import PLAIN
from models.case.action_bodies import Propose
from models.case.state import CaseStart, CaseState
from models.common.base import stored
from rules.policy.load import load_policy, slice_policy
from settings import Settings
from tests.support.builders.cases import case, receipt

LATER = {"deep": [1]}
"""What a release wrote that has a field more."""


def written(value: Any) -> Any:
    return json.loads(PLAIN.payload_converter.to_payloads([value])[0].data)


def read(value: Any, type_: type[Any]) -> Any:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(value).encode())
    return PLAIN.payload_converter.from_payload(payload, type_)


def test_what_a_newer_release_starts_a_case_with_is_read() -> None:
    policy = slice_policy(load_policy(Settings().policy), datetime.now(UTC))
    start = CaseStart(receipt=receipt("RD-1", wanted={"remedy": "refund_only"}), policy=policy, state=case())
    plain = written(start)
    slice_ = json.loads(zlib.decompress(b64decode(plain["policy"]["packed"])))
    later = json.dumps({**slice_, "version": "later", "later": LATER}).encode()
    plain["policy"] = {"version": "later", "digest": "later", "packed": b64encode(zlib.compress(later)).decode()}
    plain["receipt"]["wanted"]["later"] = plain["receipt"]["later"] = plain["state"]["later"] = LATER
    known = read(plain, CaseStart)
    assert (known.receipt, known.state) == (start.receipt, start.state)
    assert known.policy == policy.model_copy(update={"version": "later", "digest": known.policy.digest})


def test_a_row_of_a_newer_release_is_read() -> None:
    plain = case().model_dump(mode="json")
    plain["receipt"]["later"] = plain["later"] = LATER
    assert stored(CaseState, plain) == case()


def test_a_typing_mistake_in_a_body_is_refused_however_deep() -> None:
    option = {"remedies": [{"kind": "refund_only", "amount": {"minor": 5, "curency": "CNY"}}], "why": "fair"}
    with pytest.raises(ValidationError, match="curency"):
        Propose.model_validate({"options": [option]})
