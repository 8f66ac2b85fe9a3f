"""What the policy says of claims on carriers and recoveries from merchants (RES-9): who bears what, up to what, by when."""

from datetime import timedelta
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from models.common.base import Bilingual, Duration, Frozen
from models.common.vocabulary import Party, RemedyKind
from models.remedies.table import REMEDIES

WHOLE = 1.0


class ClaimWaitFor(StrEnum):
    """What a claim waits for; each has a deadline and a default in the policy's `claims.waits`."""

    ANSWER = "claim_answer"
    DISPUTE = "claim_dispute"
    PAYMENT = "claim_payment"
    DECISION = "claim_decision"
    REPAYMENT = "claim_repayment"


class ClaimWaitPolicy(Frozen):
    """How long, and what happens by itself after. Claims run day and night: no calendar holds them up."""

    within: Duration
    then: Bilingual


class CarrierTerms(Frozen):
    """What a carrier is liable for at most, for one parcel, and how long it takes. None: as for every carrier.

    Insured parcels: the declared value. Others: so many times the freight, at least a sum in minor units of the policy's currency. A sum that
    is None, as in a currency without a rate, sets no limit: the carrier says what it bears.
    """

    freight_times: float = Field(default=7, ge=0)
    at_least_minor: int | None = Field(default=30_000, ge=0)
    late_freight_times: float = Field(default=1, ge=0)
    late_at_least_minor: int | None = Field(default=2_000, ge=0)
    answer_within: Duration | None = None
    pay_within: Duration | None = None


def _then(zh: str, en: str) -> Bilingual:
    return Bilingual(zh=zh, en=en)


def _waits() -> dict[ClaimWaitFor, ClaimWaitPolicy]:
    days = timedelta
    return {
        ClaimWaitFor.ANSWER: ClaimWaitPolicy(
            within=days(days=7),
            then=_then("小额自动核销，其余升级至主管", "a small claim is written off, any other goes to a supervisor"),
        ),
        ClaimWaitFor.DISPUTE: ClaimWaitPolicy(
            within=days(days=3), then=_then("视为接受对方答复", "the party's answer stands: no further dispute")
        ),
        ClaimWaitFor.PAYMENT: ClaimWaitPolicy(
            within=days(days=30),
            then=_then("小额自动核销，其余升级至主管", "a small claim is written off, any other goes to a supervisor"),
        ),
        ClaimWaitFor.DECISION: ClaimWaitPolicy(
            within=days(days=7), then=_then("再次催促主管决定", "the supervisors are told again")
        ),
        ClaimWaitFor.REPAYMENT: ClaimWaitPolicy(
            within=days(days=7), then=_then("再次催促主管付款", "the supervisors are told again")
        ),
    }


class ClaimTerms(Frozen):
    """What travels with one claim, so that it keeps the rules it was opened with."""

    waits: dict[ClaimWaitFor, ClaimWaitPolicy]
    disputes: int
    write_off_below_minor: int
    adjustable_for: timedelta


class ClaimsPolicy(Frozen):
    """The policy's section `claims`."""

    funded_by: dict[RemedyKind, Party] = {kind: spec.funded_by for kind, spec in REMEDIES.items() if spec.funded_by}
    """Out of whose pocket a remedy is given: an order's refunds and goods are the merchant's, coupons the platform's. Not here: it costs nothing."""
    shared: dict[Party, float] = {Party.MERCHANT: 0.5, Party.CARRIER: 0.5}
    """What each bears where several are responsible; a carrier's share without a parcel is the platform's."""
    carriers: dict[str, CarrierTerms] = {}
    """By the carrier's id; `*` holds for every other."""
    waits: dict[ClaimWaitFor, ClaimWaitPolicy] = Field(default_factory=_waits)
    disputes: int = Field(default=1, ge=0, le=5)
    """How often an answer may be disputed."""
    write_off_below_minor: int = Field(default=1_000, ge=0)
    """What is smaller is written off by itself when its deadline passes."""
    adjustable_for: Duration = timedelta(days=30)
    """So long after its end a claim still hears that the responsibility moved, or that it was paid after all."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        payers, sharers = {Party.MERCHANT, Party.PLATFORM}, {Party.MERCHANT, Party.CARRIER, Party.PLATFORM}
        if strange := sorted(set(self.funded_by.values()) - payers):
            message = f"funded_by: remedies are paid by merchant or platform, not by {', '.join(strange)}"
            raise ValueError(message)
        if set(self.shared) - sharers or abs(sum(self.shared.values()) - WHOLE) > 0.001 or min(self.shared.values()) < 0:  # noqa: PLR2004
            message = "shared: give merchant, carrier and platform shares that add up to 1"
            raise ValueError(message)
        if missing := sorted(set(ClaimWaitFor) - set(self.waits)):
            message = f"waits: add {', '.join(missing)}"
            raise ValueError(message)
        return self

    def of(self, carrier: str) -> CarrierTerms:
        return self.carriers.get(carrier) or self.carriers.get("*") or CarrierTerms()

    def terms(self, of: Party, who: str) -> ClaimTerms:
        """What a claim on that party takes with it."""
        waits = dict(self.waits)
        if of is Party.CARRIER:
            own = self.of(who)
            for for_, within in ((ClaimWaitFor.ANSWER, own.answer_within), (ClaimWaitFor.PAYMENT, own.pay_within)):
                if within is not None:
                    waits[for_] = waits[for_].model_copy(update={"within": within})
        return ClaimTerms(
            waits=waits,
            disputes=self.disputes,
            write_off_below_minor=self.write_off_below_minor,
            adjustable_for=self.adjustable_for,
        )
