"""A payment provider's chargebacks in memory, and the loop that follows them beside a service under test."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.chargebacks.loop import ChargebackFollowing
from activities.kit.signals import starting_cases, to_cases
from adapters.database.chargebacks import of_order, take_in
from adapters.database.engine import Database
from models.case.state import CaseStart
from models.chargebacks.partner import AnswerKind, Chargeback, ChargebackAnswer, ChargebackStatus
from models.chargebacks.state import ChargebackState
from models.common.base import Money
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from rules.notifications.texts import texts
from rules.policy.load import load_policy
from settings import Settings
from tests.support.processes.service import Case, Service

OPENED = datetime.now(UTC).replace(microsecond=0)


def chargeback(minor: int = 12_900, **change: Any) -> Chargeback:
    """One of the order O-1's first payment, which waits for our answer."""
    usual: dict[str, Any] = {
        "chargeback_id": "DP-1",
        "payment_id": "P-O-1-1",
        "order_id": "O-1",
        "status": ChargebackStatus.NEEDS_RESPONSE,
        "reason": "product_not_received",
        "amount": Money(minor=minor),
        "answer_by": OPENED + timedelta(days=7),
        "opened_at": OPENED,
    }
    return Chargeback.model_validate({**usual, **change})


@dataclass
class FakeBank:
    """A `Chargebacks`."""

    held: dict[str, Chargeback] = field(default_factory=dict)
    answers: dict[str, ChargebackAnswer] = field(default_factory=dict)
    asked_to_answer: int = 0
    down: bool = False
    refuses: str | None = None
    dies_after_acting: int = 0

    def put(self, told: Chargeback, **change: Any) -> Chargeback:
        """It is so from now on."""
        self.held[told.chargeback_id] = Chargeback.model_validate(told.model_dump() | change)
        return self.held[told.chargeback_id]

    async def chargeback(self, chargeback_id: str) -> Chargeback | None:
        self._answering()
        return self.held.get(chargeback_id)

    async def opened_since(self, since: datetime) -> tuple[Chargeback, ...]:
        self._answering()
        return tuple(told for told in self.held.values() if told.opened_at >= since)

    async def answer(self, answer: ChargebackAnswer) -> Chargeback:
        self._answering()
        self.asked_to_answer += 1
        if self.refuses is not None:
            raise PartnerError(ErrorType.PARTNER_REFUSED, self.refuses)
        if answer.key not in self.answers:
            self.answers[answer.key] = answer
            gave_in = answer.kind is AnswerKind.ACCEPTANCE
            status = ChargebackStatus.ACCEPTED if gave_in else ChargebackStatus.UNDER_REVIEW
            self.put(self.held[answer.chargeback_id], status=status, answer_key=answer.key)
        if self.dies_after_acting:
            self.dies_after_acting -= 1
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "the answer got lost")
        return self.held[answer.chargeback_id]

    def _answering(self) -> None:
        if self.down:
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "the provider does not answer")


@dataclass
class Followed:
    """A service whose provider tells of chargebacks."""

    service: Service
    bank: FakeBank
    loop: ChargebackFollowing

    @classmethod
    def beside(cls, service: Service) -> "Followed":
        policy, bank = load_policy(Settings().policy), FakeBank()
        loop = ChargebackFollowing(
            service.database,
            policy,
            texts(policy.zone),
            providers={"payment": bank},
            merchant=service.world,
            payment=service.world,
            tell=to_cases(service.client, "charged_back"),
            start=cls._starting(service),
        )
        return cls(service, bank, loop)

    @staticmethod
    def _starting(service: Service) -> Callable[[CaseStart], Awaitable[None]]:
        """As the worker starts it; the service ends it with the others."""
        start = starting_cases(service.client, service.queue)

        async def begin(begun: CaseStart) -> None:
            await start(begun)
            service.opened.append(Case(service, service.client.get_workflow_handle(begun.receipt.case_id)))

        return begin

    async def tell(self, told: Chargeback, **change: Any) -> ChargebackState:
        """The provider has it so, a webhook says that there is news, and the loop looks."""
        return await told_to(self.service.database, self.bank, self.loop, told, datetime.now(UTC), **change)


async def told_to(
    database: Database, bank: FakeBank, loop: ChargebackFollowing, told: Chargeback, at: datetime, **change: Any
) -> ChargebackState:
    bank.put(told, **change)
    async with database.writing() as session:
        await take_in(session, "payment", told.chargeback_id, at)
    await loop.look()
    async with database.reading() as session:
        states = await of_order(session, told.order_id or "")
    return next(state for state in states if state.provider_id == told.chargeback_id)
