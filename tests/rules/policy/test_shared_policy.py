"""The policy that travels with a case: packed in its history, one copy in a worker (docs/architecture.md)."""

from models.case.state import CaseStart
from models.policy.policy import PolicySlice
from tests.support.builders.cases import receipt


def test_a_case_carries_its_policy_packed_and_reads_back_the_very_same(policy_slice: PolicySlice) -> None:
    written = CaseStart(receipt=receipt(), policy=policy_slice).model_dump_json()
    assert len(written) < len(policy_slice.model_dump_json()) / 3
    assert CaseStart.model_validate_json(written).policy is CaseStart.model_validate_json(written).policy
    never_seen = written.replace(f'"digest":"{policy_slice.digest}"', '"digest":"another process"')
    assert never_seen != written
    assert CaseStart.model_validate_json(never_seen).policy == policy_slice


def test_a_policy_that_was_written_whole_by_an_earlier_release_is_read_as_well(policy_slice: PolicySlice) -> None:
    start = CaseStart(receipt=receipt(), policy=policy_slice)
    whole = {**start.model_dump(mode="json"), "policy": policy_slice.model_dump(mode="json")}
    assert CaseStart.model_validate(whole).policy == policy_slice
