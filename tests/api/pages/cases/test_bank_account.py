"""A refused refund is sent to a bank account that is typed into its form (RES-16)."""

import pytest

from models.common.partners import RefundTo, ShipmentStatus
from models.common.vocabulary import Role
from tests.api.pages.cases.test_page import looking
from tests.support.builders.orders import order, parcel
from tests.support.processes.api import Web
from tests.support.processes.pages import Visitors


async def test_an_account_that_is_typed_in_gets_the_refund_and_can_be_chosen_afterwards(
    web: Web, visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = "O-to-bank"
    web.service.world.add(order(order_id, customer="C-to-bank"), parcel(order_id, status=ShipmentStatus.LOST))
    customer = web.person(Role.CUSTOMER, "C-to-bank")
    with monkeypatch.context() as refusing:
        refusing.setattr(web.service.world, "refuses", True)
        case_id = await web.open(customer, order_id=order_id, issue="logistics.lost", wanted={"remedy": "refund_only"})
        await web.row(case_id, lambda row: row.waiting_for == "payment_repair")
    sun, shown = await looking(visitors, case_id)
    assert "form-retry_refund" in shown.forms
    account = {"account.holder": "Anna Schmidt", "account.iban": "DE89 3704 0044 0532 0130 01"}
    shown = await sun.submit("form-retry_refund", to="bank_account", **account)
    assert shown.status == 422
    assert "check digits are wrong" in shown.text
    assert shown.forms["form-retry_refund"].fields["account.iban"] == [account["account.iban"]]
    shown = await sun.submit("form-retry_refund", **{"account.iban": "DE89 3704 0044 0532 0130 00"})
    assert shown.status == 200, shown.text
    await web.row(case_id, lambda row: row.stage == "follow_up")
    (paid,) = (one for one in web.service.world.asked_for_refunds if one.order_id == order_id and one.to is RefundTo.BANK_ACCOUNT)
    assert paid.account is not None
    assert paid.account.iban == "DE89370400440532013000"
    shown = await sun.get(f"/console/cases/{case_id}")
    assert "in the customer's bank account" in shown.text
    assert "CNY 129.00 → a bank account: arrived" in shown.text
    assert "DE89370400440532013000" not in shown.html
