"""What customers leave that is personal, stored apart and named by its id: whose it is, who reads it, and that a repeat stores it once (ARC-3)."""

import hashlib
import secrets

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.http.auth import Caller
from api.http.lookup import in_sight
from api.http.problems import ProblemError, problem
from models.common.vocabulary import ErrorType, Role
from models.tables.case import CaseRow

WHO = frozenset({Role.CUSTOMER}) | Role.platform()


async def may_read(session: AsyncSession, caller: Caller, customer_id: str) -> bool:
    """A customer's own; staff's when the customer has a case in their sight."""
    if caller.role is Role.CUSTOMER:
        return customer_id == caller.actor.id
    theirs = select(CaseRow.case_id).where(CaseRow.customer_id == customer_id, in_sight(caller.actor)).limit(1)
    return caller.role is Role.SUPERVISOR or (await session.exec(theirs)).first() is not None


def customer_of(caller: Caller, named: str | None, rule: str) -> str:
    """Whose it is: a customer's own, or the one whom somebody of the platform names. Raises a problem for any other."""
    own = caller.actor.id if caller.role is Role.CUSTOMER else None
    customer_id = named or own
    if customer_id is None or (own is not None and customer_id != own):
        raise problem(
            ErrorType.INVALID,
            "customer_id: name the customer whose it is; a customer leaves it out.",
            "customer_id：请填写所属客户的编号；客户本人请留空。",
            field="customer_id",
            rule=rule,
        )
    return customer_id


def id_of(prefix: str, caller: Caller, key: str | None) -> str:
    """From the caller's key, so that a repeated request names the same thing; else random. Never to be guessed from the customer."""
    seed = f"{caller.role}|{caller.actor.id}|{key}".encode() if key else secrets.token_bytes(16)
    return f"{prefix}-{hashlib.blake2b(seed, digest_size=8).hexdigest().upper()}"


def key_reused(rule: str) -> ProblemError:
    """The caller's key stored something else before."""
    return problem(
        ErrorType.KEY_REUSED,
        "This Idempotency-Key stored something else. Send what you sent then, or use a new key.",
        "该幂等键已用于保存其他内容。请发送相同内容，或换用新的键。",
        field="Idempotency-Key",
        rule=rule,
    )
