"""A carrier's or merchant's claims desk in memory."""

from dataclasses import dataclass, field

from models.claims.partner import ClaimMessage, ClaimReceipt
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType


@dataclass
class FakeClaims:
    """A `Claims`: takes every message once."""

    taken: dict[str, ClaimMessage] = field(default_factory=dict[str, ClaimMessage])
    calls: int = 0
    refuses: bool = False
    loses_answers: int = 0
    """So many messages are taken, but their answers get lost."""

    async def tell(self, message: ClaimMessage) -> ClaimReceipt:
        self.calls += 1
        if self.refuses:
            raise PartnerError(ErrorType.PARTNER_REFUSED, "we take no claims")
        self.taken.setdefault(message.key, message)
        if self.loses_answers:
            self.loses_answers -= 1
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "the answer got lost")
        return ClaimReceipt(key=message.key, claim_number=f"N-{message.reference}")

    async def told(self, key: str) -> ClaimReceipt | None:
        message = self.taken.get(key)
        return ClaimReceipt(key=key, claim_number=f"N-{message.reference}") if message else None

    def moves(self, claim_id: str) -> list[str]:
        return [message.move.value for message in self.taken.values() if message.reference == claim_id]
