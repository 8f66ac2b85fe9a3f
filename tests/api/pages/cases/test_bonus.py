"""A case's page shows store credit and its bonus apart: in the proposal before the customer agrees, and as what was given (RES-17)."""

from models.common.vocabulary import Role
from tests.support.processes.api import Web
from tests.support.processes.pages import Visitors


async def test_amount_and_bonus_stand_apart_before_and_after_the_customers_yes(web: Web, visitors: Visitors) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.waiting_for is not None and row.team is not None)
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    page = await sun.get(f"/console/cases/{case_id}")
    assert 'value="store_credit"' in page.html
    assert 'value="credit_bonus"' not in page.html  # nobody offers one of their own

    credit = {"kind": "store_credit", "amount": {"minor": 5_000, "currency": "CNY"}}
    offer = {"options": [{"remedies": [credit], "why": "fair"}]}
    merchant = web.person(Role.MERCHANT, "M-1")
    assert (await merchant.post(f"/v1/cases/{case_id}/propose", offer)).status_code == 200
    await web.row(case_id, lambda row: row.waiting_for == "choice")
    proposed = (await sun.get(f"/console/cases/{case_id}")).text
    for said in ("store credit CNY 50.00", "bonus on store credit CNY 2.50"):
        assert said in proposed, said

    assert (await customer.post(f"/v1/cases/{case_id}/accept", {"option": 1})).status_code == 200
    await web.row(case_id, lambda row: row.stage == "follow_up")
    given = (await sun.get(f"/console/cases/{case_id}")).text
    for said in ("A bonus of CNY 2.50 on store credit was given", "it is no refund"):
        assert said in given, said
    await sun.submit("/preferences", language="zh", theme="dark", zone="Europe/Berlin")
    chinese = (await sun.get(f"/console/cases/{case_id}")).text
    for said in ("余额赠金", "赠金不是退款"):
        assert said in chinese, said
