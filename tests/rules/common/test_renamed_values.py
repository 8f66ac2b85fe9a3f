"""Values that were renamed are read by their old names, and written by their new ones (docs/running.md)."""

from models.common.errors import Fault
from models.common.vocabulary import Acceptance, ErrorType, RemedyKind
from models.remedies.remedy import Remedy


def test_a_fault_of_before_is_read() -> None:
    fault = Fault.model_validate_json('{"type": "partner-nonsense", "detail": "<html>"}')
    assert fault.type is ErrorType.PARTNER_INVALID_RESPONSE
    assert fault.model_dump(mode="json")["type"] == "partner-invalid-response"


def test_a_partial_acceptance_of_before_is_read() -> None:
    remedy = Remedy.model_validate_json('{"id": "m1", "kind": "return_and_refund", "acceptance": "manual"}')
    assert (remedy.kind, remedy.acceptance) == (RemedyKind.RETURN_AND_REFUND, Acceptance.PARTIAL)
    assert remedy.model_dump(mode="json")["acceptance"] == "partial"
