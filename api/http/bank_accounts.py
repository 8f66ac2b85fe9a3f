"""Customers' accounts at banks, for refunds that cannot go back to where the money came from (RES-16). Kept here alone (ARC-3)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.bank_accounts import account_of, of_customer
from adapters.database.engine import insert_if_absent
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf, RequestKey, only_for
from api.http.personal import WHO, customer_of, id_of, key_reused, may_read
from api.http.problems import not_found, problem
from api.http.responses import READING
from api.http.routes import SeenRoute
from models.common.bank_accounts import RULE, BankAccount, BankAccountView
from models.common.base import Identifier
from models.common.readers import Payer
from models.common.views import View
from models.common.vocabulary import ErrorType
from models.tables.bank_accounts import BankAccountRow

router = APIRouter(prefix="/v1/bank-accounts", tags=["cases"], route_class=SeenRoute)

MOST = 20
"""Of a customer's accounts that are listed, the newest."""
NEW_ACCOUNT = {
    "card": {
        "summary": "A bank card of China · 银行卡",
        "description": "With a customer's token; an agent then names its `account_id` in `retry_refund`.",
        "value": {"holder": "王伟", "card_number": "6222 0212 3456 7890 128", "bank": "中国工商银行上海徐汇支行"},
    },
    "iban": {
        "summary": "An account with an IBAN · IBAN 账户",
        "description": "Country, length and check digits are checked.",
        "value": {"holder": "Anna Schmidt", "iban": "DE89 3704 0044 0532 0130 00"},
    },
}


class BankAccountIn(BankAccount):
    customer_id: Identifier | None = None
    """Whose it is, when somebody of the platform writes it down; a customer's own comes from the token."""


class BankAccountList(View):
    accounts: Payer[tuple[BankAccountView, ...]]


@router.post(
    "",
    status_code=201,
    summary="Store a bank account · 保存银行账户",
    responses=READING,
    dependencies=[Depends(check_body)],
)
async def store_account(
    parts: PartsOf,
    caller: CallerOf,
    *,
    body: Annotated[BankAccountIn, Body(openapi_examples=NEW_ACCOUNT)],  # pyright: ignore[reportArgumentType]
    key: RequestKey = None,
) -> BankAccountView:
    """For a refund that cannot go back to where the money came from. Its number is told to the payment provider, and shown to nobody again."""
    only_for(caller, WHO)
    customer_id, account_id = customer_of(caller, body.customer_id, RULE), id_of("BA", caller, key)
    account = BankAccount.model_validate(body.model_dump(exclude={"customer_id"}))
    row = {"account_id": account_id, "customer_id": customer_id, **account.model_dump(), "at": datetime.now(UTC)}
    async with parts.database.writing() as session:
        await insert_if_absent(session, BankAccountRow, row)
        known = await of_customer(session, account_id, customer_id)
    if known is None or account_of(known) != account:
        raise key_reused(RULE)
    return _shown(known)


@router.get("", summary="A customer's bank accounts · 客户的银行账户", responses=READING)
async def list_accounts(
    parts: PartsOf,
    caller: CallerOf,
    customer_id: Annotated[Identifier | None, Query(description="A customer leaves it out.", examples=["C-7"])] = None,
) -> BankAccountList:
    """The newest first: to the customer whose they are, to a supervisor, and to an agent who sees a case of theirs."""
    only_for(caller, WHO)
    whose = customer_of(caller, customer_id, RULE)
    async with parts.database.reading() as session:
        if not await may_read(session, caller, whose):
            raise not_found()
        return BankAccountList(accounts=tuple(map(_shown, await _accounts(session, whose))))


async def check_account(session: AsyncSession, account_id: str, customer_id: str) -> None:
    """A refund goes to an account of the case's own customer."""
    if await of_customer(session, account_id, customer_id) is None:
        raise problem(
            ErrorType.INVALID,
            "account_id: the customer has no such bank account; store it with POST /v1/bank-accounts first.",
            "account_id：该客户没有此银行账户，请先用 POST /v1/bank-accounts 保存。",
            field="account_id",
            rule=RULE,
        )


async def _accounts(session: AsyncSession, customer_id: str) -> Sequence[BankAccountRow]:
    theirs = select(BankAccountRow).where(BankAccountRow.customer_id == customer_id)
    return (await session.exec(theirs.order_by(col(BankAccountRow.at).desc()).limit(MOST))).all()


def _shown(row: BankAccountRow) -> BankAccountView:
    return BankAccountView(
        account_id=row.account_id,
        customer_id=row.customer_id,
        holder=row.holder,
        bank=row.bank,
        country=row.iban[:2] if row.iban else None,
        ending=account_of(row).ending,
        at=row.at,
    )
