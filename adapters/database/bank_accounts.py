"""The table of customers' bank accounts (RES-16): the API stores them, whoever pays a refund out reads them."""

from collections.abc import Awaitable, Callable

from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database
from models.common.bank_accounts import BankAccount
from models.tables.bank_accounts import BankAccountRow

BankAccounts = Callable[[str], Awaitable[BankAccount | None]]
"""An account by its id; None: it was removed."""


def account_of(row: BankAccountRow) -> BankAccount:
    """Checked when it was stored."""
    return BankAccount.model_construct(holder=row.holder, iban=row.iban, card_number=row.card_number, bank=row.bank)


async def of_customer(session: AsyncSession, account_id: str, customer_id: str) -> BankAccountRow | None:
    """The account, when it is the customer's."""
    row = await session.get(BankAccountRow, account_id)
    return row if row is not None and row.customer_id == customer_id else None


def bank_accounts_in(database: Database) -> BankAccounts:
    """For whoever is about to pay out."""

    async def look(account_id: str) -> BankAccount | None:
        async with database.reading() as session:
            row = await session.get(BankAccountRow, account_id)
        return account_of(row) if row is not None else None

    return look
