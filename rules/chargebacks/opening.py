"""The case of a chargeback whose order has no open one (RES-12)."""

from datetime import datetime

from models.case.receipt import Receipt
from models.case.state import CaseStart
from models.chargebacks.state import ChargebackState
from models.common.actors import SYSTEM
from models.common.base import Bilingual
from models.common.identifiers import case_id_from
from models.common.partners import Order
from models.common.vocabulary import Channel, Kind
from models.policy.policy import Policy, PolicySlice
from rules.common.format import money


def case_of(state: ChargebackState, order: Order, slice_: PolicySlice, policy: Policy, at: datetime) -> CaseStart:
    """A complaint of the customer's that came by the bank; people say what it is about. The same for the same chargeback."""
    assert state.told is not None  # noqa: S101  # a chargeback that nobody was asked about is no case
    amount = money(state.told.amount)
    words = Bilingual(
        zh=f"银行拒付 {state.chargeback_id}：{amount.zh}，原因 {state.told.reason}。",
        en=f"Chargeback {state.chargeback_id} by the bank: {amount.en}, reason {state.told.reason}.",
    )
    locale = policy.languages.own[0]
    receipt = Receipt(
        case_id=case_id_from(state.chargeback_id.encode()),
        kind=Kind.COMPLAINT,
        channel=Channel.IMPORT,
        customer_id=order.customer_id,
        locale=locale,
        zone=policy.zone,
        order_id=order.order_id,
        lines=(),
        issue=None,
        description=words.in_(locale),
        happened_at=state.told.opened_at,
        wanted=None,
        evidence=(),
        opened_by=SYSTEM,
        request_id=state.chargeback_id,
        received_at=at,
        heard=(),
    )
    return CaseStart(receipt=receipt, policy=slice_)
