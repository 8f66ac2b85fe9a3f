"""An order's ledger over HTTP (RES-5): who sees which of its money, and that it adds up."""

from typing import Any

import pytest

from models.common.vocabulary import Role
from tests.support.processes.api import Person, Web

REFUND = {"options": [{"remedies": [{"kind": "refund_only", "amount": {"minor": 2_000}}], "why": "as good will"}]}


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def refunded(web: Web) -> tuple[Person, str, str]:
    """A customer, their order, and a case that paid 20.00 of its 129.00 back."""
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_for == "plan")
    proposed = await web.person(Role.SUPERVISOR, "susan").post(f"/v1/cases/{case_id}/propose", REFUND)
    assert proposed.status_code == 200, proposed.text
    await web.row(case_id, lambda row: row.waiting_for == "choice")
    assert (await customer.post(f"/v1/cases/{case_id}/accept", {})).status_code == 200
    await web.row(case_id, lambda row: row.stage == "follow_up")
    return customer, order, case_id


def figures(ledger: dict[str, Any]) -> dict[str, int]:
    return {name: ledger[name]["minor"] for name in ("paid", "refunded", "under_way", "left")}


async def test_the_ledger_tells_what_was_paid_what_went_back_and_what_is_left(web: Web) -> None:
    _, order, case_id = await refunded(web)
    ledger = (await web.person(Role.SUPERVISOR, "susan").get(f"/v1/orders/{order}/ledger")).json()
    assert figures(ledger) == {"paid": 12_900, "refunded": 2_000, "under_way": 0, "left": 10_900}
    assert [entry["kind"] for entry in ledger["entries"]] == ["captured", "set_aside", "requested", "arrived"]
    assert {entry["case_id"] for entry in ledger["entries"]} == {None, case_id}
    assert all(sum(posting["minor"] for posting in entry["postings"]) == 0 for entry in ledger["entries"])
    held = {balance["account"]: balance["minor"] for balance in ledger["balances"]}
    assert (held[f"payment:P-{order}-1"], held["customer"], held["provider"]) == (10_900, -10_900, 0)


async def test_entries_are_told_in_the_readers_language(web: Web) -> None:
    customer, order, _ = await refunded(web)
    words = [(await customer.get(f"/v1/orders/{order}/ledger", accept_language=language)).json() for language in ("zh", "en")]
    assert [ledger["entries"][-1]["text"] for ledger in words] == ["退款已到账", "the refund arrived"]


@pytest.mark.parametrize(
    ("role", "subject", "status"),
    [
        (Role.SUPERVISOR, "susan", 200),
        (Role.AGENT, "alice", 200),
        (Role.ANALYST, "ann", 200),
        (Role.MERCHANT, "M-1", 200),
        (Role.MERCHANT, "M-2", 404),
        (Role.CUSTOMER, "C-STRANGER", 404),
        (Role.CARRIER, "K-1", 403),
    ],
)
async def test_only_who_may_see_a_case_of_the_order_sees_its_money(web: Web, role: Role, subject: str, status: int) -> None:
    customer, order, _ = await refunded(web)
    person = web.person(role, subject)
    assert (await person.get(f"/v1/orders/{order}/ledger")).status_code == status
    if status == 404:
        foreign = await person.get(f"/v1/orders/{order}/ledger", x_request_id="same")
        unknown = await person.get("/v1/orders/O-UNKNOWN/ledger", x_request_id="same")
        malformed = await person.get("/v1/orders/%20/ledger", x_request_id="same")
        assert foreign.content == unknown.content == malformed.content
    assert (await customer.get(f"/v1/orders/{order}/ledger")).status_code == 200


async def test_a_customer_sees_the_movements_and_no_accounts(web: Web) -> None:
    customer, order, _ = await refunded(web)
    ledger = (await customer.get(f"/v1/orders/{order}/ledger")).json()
    assert figures(ledger)["refunded"] == 2_000
    assert ledger["balances"] == []
    assert all(entry["postings"] == [] for entry in ledger["entries"])


async def test_naming_somebody_elses_order_in_a_case_shows_nothing_of_it(web: Web) -> None:
    _, order, _ = await refunded(web)
    thief, _, _ = web.customer()
    case_id = await web.open(thief, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.waiting_for == "order_correction")
    assert (await thief.get(f"/v1/orders/{order}/ledger")).status_code == 404
