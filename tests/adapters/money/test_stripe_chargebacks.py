"""Stripe's disputes in our words, and our evidence in its fields (RES-12)."""

import inspect
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from adapters.money.stripe_chargebacks import STATUSES, chargeback_of, evidence_of
from models.chargebacks.partner import ChargebackPhase, ChargebackStatus, DeliveryProof, EvidencePack
from models.common.base import Money
from models.common.errors import PartnerError

INQUIRY, TAKEN = ChargebackPhase.INQUIRY, ChargebackPhase.CHARGEBACK
WITHDRAWAL = {"id": "txn_1", "object": "balance_transaction", "amount": -12_900, "currency": "usd", "fee": 1_500, "net": -14_400}
REINSTATED = {"id": "txn_2", "object": "balance_transaction", "amount": 12_900, "currency": "usd", "fee": -1_500, "net": 14_400}


def dispute(**change: Any) -> stripe.Dispute:
    """As Stripe's webhooks and API tell of one."""
    base: dict[str, Any] = {
        "id": "du_1MtJUT2eZvKYlo2CNaw2HvEv",
        "object": "dispute",
        "amount": 12_900,
        "balance_transactions": [],
        "charge": "ch_1AZtxr2eZvKYlo2CJDX8whov",
        "created": 1_780_000_000,
        "currency": "usd",
        "evidence_details": {"due_by": 1_780_600_000, "has_evidence": False, "past_due": False, "submission_count": 0},
        "metadata": {},
        "payment_intent": "pi_1",
        "reason": "product_not_received",
        "status": "needs_response",
    }
    return stripe.Dispute.construct_from(base | change, "sk_test")


def test_a_dispute_is_read_as_a_chargeback() -> None:
    told = chargeback_of(dispute(metadata={"key": "CB-1.1", "order_id": "O-1"}))
    assert (told.chargeback_id, told.payment_id, told.order_id) == ("du_1MtJUT2eZvKYlo2CNaw2HvEv", "pi_1", "O-1")
    assert (told.amount, told.reason, told.answer_key) == (Money(minor=12_900, currency="USD"), "product_not_received", "CB-1.1")
    assert told.answer_by == datetime.fromtimestamp(1_780_600_000, UTC)
    assert told.open


@pytest.mark.parametrize(
    ("status", "phase", "ours"),
    [
        ("warning_needs_response", INQUIRY, ChargebackStatus.NEEDS_RESPONSE),
        ("warning_closed", INQUIRY, ChargebackStatus.WITHDRAWN),
        ("prevented", INQUIRY, ChargebackStatus.WITHDRAWN),
        ("under_review", TAKEN, ChargebackStatus.UNDER_REVIEW),
        ("appeal_needs_response", TAKEN, ChargebackStatus.NEEDS_RESPONSE),
        ("won", TAKEN, ChargebackStatus.WON),
        ("lost", TAKEN, ChargebackStatus.LOST),
    ],
)
def test_phase_and_status_are_two_things(status: str, phase: ChargebackPhase, ours: ChargebackStatus) -> None:
    told = chargeback_of(dispute(status=status))
    assert (told.phase, told.status) == (phase, ours)


def test_every_status_that_stripe_documents_is_known() -> None:
    documented = set(
        re.findall(r"`([a-z_]+)`", inspect.getsource(stripe.Dispute).split("Possible values include:")[1].split("\n")[0])
    )
    assert set(STATUSES) == documented


@pytest.mark.parametrize(
    ("moves", "fee", "returned"),
    [
        ([], None, False),
        ([WITHDRAWAL], Money(minor=1_500, currency="USD"), False),
        ([WITHDRAWAL, REINSTATED], Money(minor=1_500, currency="USD"), True),
        ([WITHDRAWAL, REINSTATED | {"fee": 0}], Money(minor=1_500, currency="USD"), False),
    ],
)
def test_the_fee_is_that_of_its_balance_transactions(moves: list[dict[str, Any]], fee: Money | None, returned: bool) -> None:
    told = chargeback_of(dispute(balance_transactions=moves))
    assert (told.fee, told.fee_returned) == (fee, returned)


def test_a_bank_that_takes_no_answer_names_no_date_and_a_strange_status_is_an_invalid_response() -> None:
    details = {"due_by": 0, "has_evidence": False, "past_due": False, "submission_count": 0}
    assert chargeback_of(dispute(evidence_details=details)).answer_by is None
    with pytest.raises(PartnerError):
        chargeback_of(dispute(status="unheard_of"))


def test_evidence_goes_into_the_fields_that_stripe_has_for_it_and_as_a_whole_into_the_text() -> None:
    sent = DeliveryProof(tracking="SF1", carrier_id="SF", status="delivered", shipped_at=datetime(2026, 6, 1, tzinfo=UTC))
    pack = EvidencePack(goods="1 × lamp" + "p" * 30_000, deliveries=(sent,), policy="terms")
    fields = evidence_of(pack)
    assert (fields["shipping_tracking_number"], fields["shipping_carrier"], fields["shipping_date"]) == (
        "SF1",
        "SF",
        "2026-06-01",
    )
    assert fields["product_description"].startswith("1 × lamp")
    assert max(map(len, fields.values())) == 20_000
    assert "shipping_date" not in evidence_of(EvidencePack(goods="1 × lamp", policy="terms"))
