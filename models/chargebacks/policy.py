"""What the policy says of chargebacks (RES-12)."""

from datetime import timedelta

from pydantic import Field

from models.common.base import Bilingual, Duration, Frozen


class ChargebackPolicy(Frozen):
    """The policy's section `chargebacks`. Who may answer alone follows from `approval`, as for refunds."""

    warn_before: tuple[Duration, ...] = (timedelta(days=3), timedelta(days=1))
    """So long before the provider's deadline people are warned while nobody answered."""
    look_every: Duration = timedelta(hours=6)
    """How often the provider is asked about one that is open, when it tells nothing by itself."""
    lookback: Duration = timedelta(days=7)
    """How far back reconciliation asks for those that no webhook told of."""
    terms: Bilingual = Bilingual(
        zh="顾客下单时已同意平台的退换货与退款规则。",
        en="The customer agreed to the marketplace's terms of returns and refunds when the order was placed.",
    )
    """What the evidence says of the terms that the customer agreed to."""
    most_said: int = Field(default=20, ge=0, le=100)
    """So many of the newest words of customer and merchant go along."""
