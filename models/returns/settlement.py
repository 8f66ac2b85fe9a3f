"""What a return comes to, in money."""

from models.common.actors import EvidenceRef
from models.common.base import Frozen, Money


class Settlement(Frozen):
    """What a return comes to (RES-6, RES-8, RES-13). `refund` is goods − withheld; `freight` comes on top, from whoever is liable."""

    goods: Money
    """What the accepted pieces are worth, as if none were worth less."""
    reduced: Money
    """By what those at a share are worth less."""
    restocking: Money
    """What is kept for taking them back."""
    deducted: Money
    """What our label or pick-up cost, where the customer pays it."""
    freight: Money

    @property
    def withheld(self) -> int:
        """Minor units of what was paid for the goods that the customer does not get."""
        return self.reduced.minor + self.restocking.minor + self.deducted.minor

    @property
    def refund(self) -> int:
        return self.goods.minor - self.withheld


class FreightClaim(Frozen):
    """RES-8: what the customer paid to send the goods although another party is liable; `allowed` is what the policy covers of it."""

    amount: Money
    allowed: Money
    receipt: EvidenceRef
