"""A refund that cannot go back to where the money came from goes to the customer's account at a bank, once (RES-5, RES-16)."""

from datetime import UTC, datetime

import pytest

from adapters.database.engine import insert_if_absent
from models.case.actions import Action
from models.common.partners import RefundTo, RefusalCode
from models.common.vocabulary import ErrorType, Stage
from models.tables.bank_accounts import BankAccountRow
from tests.support.builders.actors import AGENT
from tests.support.builders.orders import payment
from tests.support.processes.service import Case, Service
from tests.workflows.money.test_refund import followed_up, lost, money, stuck, went

IBAN = "DE89370400440532013000"


async def stored(service: Service) -> str:
    row = {"account_id": "BA-1", "customer_id": "C-1", "holder": "Anna Schmidt", "iban": IBAN, "at": datetime.now(UTC)}
    async with service.database.writing() as session:
        await insert_if_absent(session, BankAccountRow, row)
    return "BA-1"


async def refused(service: Service, code: RefusalCode) -> Case:
    """A refund that its provider refuses for this, be it to the balance."""
    service.world.closed, service.world.refuses = code, True
    case = await lost(service)
    await stuck(case)
    service.world.refuses = False
    return case


async def test_a_person_sends_it_to_the_bank_and_it_arrives_once(service: Service) -> None:
    case = await refused(service, RefusalCode.OTHER)
    account = await stored(service)
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id="m1", to="bank_account", account_id=account)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert went(service) == [(RefundTo.BANK_ACCOUNT, 12_900)]
    asked = service.world.asked_for_refunds[-1]
    assert asked.account is not None
    assert (asked.account.holder, asked.account.iban) == ("Anna Schmidt", IBAN)
    assert [(way.to, way.amount.minor) for way in view.remedies[0].refund_ways] == [(RefundTo.BANK_ACCOUNT, 12_900)]
    assert [told["to"] for told in await case.told("resolution.refund_arrived")] == ["bank_account"]
    assert await money(service) == (12_900, 12_900, 0, 0)
    assert IBAN not in (await case.handle.fetch_history()).to_json()


async def test_an_account_that_was_forgotten_meanwhile_leaves_it_to_a_person(service: Service) -> None:
    case = await refused(service, RefusalCode.ACCOUNT_CLOSED)
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id="m1", to="bank_account", account_id="BA-GONE")
    await case.until(lambda view: any(part.refusal == "account_gone" for one in view.remedies for part in one.parts))
    await stuck(case)
    assert await money(service) == (12_900, 0, 0, 12_900)
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id="m1", to="balance")
    await followed_up(case)
    assert went(service) == [(RefundTo.BALANCE, 12_900)]


async def test_money_goes_back_to_where_it_came_from_while_that_way_is_open(service: Service) -> None:
    case = await refused(service, RefusalCode.INSUFFICIENT_FUNDS)
    refusal = await case.refusal(AGENT, Action.RETRY_REFUND, remedy_id="m1", to="bank_account", account_id=await stored(service))
    assert (refusal.type, refusal.field, refusal.rule) == (ErrorType.INVALID, "to", "RES-16")
    assert "account_closed" in refusal.detail


@pytest.mark.parametrize("to", ["balance", "bank_account"])
async def test_what_was_lent_goes_back_to_the_lender_alone(service: Service, to: str) -> None:
    service.world.closed = RefusalCode.ACCOUNT_CLOSED
    case = await lost(service, charges=(payment(method="huabei"),))
    await stuck(case)  # it does not go to the balance by itself
    more = {"account_id": await stored(service)} if to == "bank_account" else {}
    refusal = await case.refusal(AGENT, Action.RETRY_REFUND, remedy_id="m1", to=to, **more)
    assert (refusal.type, refusal.field, refusal.rule) == (ErrorType.INVALID, "to", "RES-16")
    assert "huabei" in refusal.detail
    assert await money(service) == (12_900, 0, 0, 12_900)


async def test_the_policy_says_what_is_given_back_first(service: Service) -> None:
    paid = (payment(number=1, minor=8_000), payment(number=2, minor=4_900, method="gift_card"))
    case = await lost(service, charges=paid)
    await followed_up(case)
    assert [refund.amount.minor for refund in service.world.refunds.values()] == [4_900, 8_000]
