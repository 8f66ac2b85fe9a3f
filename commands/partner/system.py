"""What every check of a partner's system shares: the system, keys that are new to it, and how a rule is found broken."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple
from uuid import uuid4

import httpx

from adapters.connect import Partners
from adapters.partners.protocols import Carrier, Claims, Merchant
from models.claims.partner import ClaimMessage, ClaimMove
from models.claims.state import ClaimCause, ClaimKind
from models.common.base import Bilingual, Money
from models.common.errors import PartnerError
from models.common.partners import Order, Payment, Refusable, Shipment, StatementRequest
from models.common.vocabulary import ErrorType

NOBODY = "no-such-thing"
"""An id that no test system has."""
WORDS = "redress partner check"


class Wrong(Exception):  # noqa: N818  # a finding is no error of ours
    """What was found instead."""


@dataclass
class System:
    """The system that is checked, and an order of its that may be played with."""

    address: str
    partners: Partners
    order_id: str = ""
    to: str = ""
    """Of a notification provider: where a message may go to."""
    run: str = field(default_factory=lambda: f"check-{uuid4().hex[:12]}")
    """Every key of this run begins with it, so that each run is new to the system."""
    order: Order | None = None
    parcel: Shipment | None = None
    payment: Payment | None = None
    """What checks have found of the order, for those that follow."""

    def key(self, name: str) -> str:
        return f"{self.run}.{name}"

    @property
    def tomorrow(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


Check = Callable[[System], Awaitable[None]]


class Rule(NamedTuple):
    """One rule of a contract, and what asks about it."""

    call: str
    words: Bilingual
    check: Check


def rule(call: str, zh: str, en: str, check: Check) -> Rule:
    return Rule(call, Bilingual(zh=zh, en=en), check)


def expect(holds: bool, found: object) -> None:  # read as a sentence
    if not holds:
        raise Wrong(str(found))


def quoted(told: Refusable) -> None:
    """A refusal has words and a code."""
    expect(bool(told.refusal), "a refusal without words")
    expect(bool(told.refusal_code), f"a refusal without a code: {told.refusal}")


async def conflicts(call: Awaitable[object]) -> None:
    """The same key with another body is refused."""
    try:
        await call
    except PartnerError as error:
        expect(error.type is ErrorType.PARTNER_REFUSED, error)
    else:
        expect(False, "the key was taken with another body")  # read as a sentence


def needs_token(path: str, method: str = "GET") -> Check:
    """A call without the token is answered 401."""

    async def check(system: System) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.request(method, system.address + path)
        expect(answer.status_code == HTTPStatus.UNAUTHORIZED, answer.status_code)

    return check


async def statement(system: System, who: Merchant | Carrier, recipient: str) -> None:
    """One key is one question; with another body it is refused."""
    asked = StatementRequest(
        key=system.key("q"),
        reference=system.run,
        request_id="q1",
        recipient=recipient,
        order_id=system.order_id,
        question=WORDS,
        due=system.tomorrow,
    )
    await who.ask(asked)
    await who.ask(asked)
    await conflicts(who.ask(asked.model_copy(update={"question": "another"})))


async def claim(system: System, claims: Claims, kind: ClaimKind, recipient: str, amount: Money) -> None:
    """A claim is known by its key, and can be withdrawn."""
    asked = ClaimMessage(
        key=system.key("claim"),
        reference=system.key("claims"),
        move=ClaimMove.OPEN,
        kind=kind,
        recipient=recipient,
        order_id=system.order_id,
        tracking=system.parcel.tracking if system.parcel else None,
        cause=ClaimCause.LIABLE,
        amount=amount,
        words=WORDS,
        due=system.tomorrow,
    )
    expect(await claims.told(asked.key) is None, "known before it came")
    await claims.tell(asked)
    expect(await claims.told(asked.key) is not None, "not known by its key")
    await claims.tell(asked.model_copy(update={"key": system.key("claim-off"), "move": ClaimMove.WITHDRAW}))
