"""The policy's figures of money beside amounts of another currency, by the table `rates` of the policy (RES-4, RES-10)."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from models.common.base import Bilingual, Money
from models.common.currencies import decimals
from models.policy.policy import Policy, PolicySlice


def figure_in(policy: Policy | PolicySlice, minor: int, currency: str) -> int | None:
    """A figure of the policy in minor units of that currency, rounded down. None: there is no rate for it, so that a person decides."""
    if currency == policy.currency or policy.rates is None:
        return minor
    rate = policy.rates.get(currency)
    return None if rate is None else int((_shifted(minor, policy.currency, currency) / rate).to_integral_value(ROUND_FLOOR))


def worth(policy: Policy | PolicySlice, amount: Money) -> int | None:
    """The amount in minor units of the policy's currency, rounded up; None: there is no rate."""
    if amount.currency == policy.currency or policy.rates is None:
        return amount.minor
    rate = policy.rates.get(amount.currency)
    shifted = _shifted(amount.minor, amount.currency, policy.currency)
    return None if rate is None else int((shifted * rate).to_integral_value(ROUND_CEILING))


def no_rate(currency: str) -> Bilingual:
    return Bilingual(
        zh=f"策略没有 {currency} 的限额折算率，须由人工决定",
        en=f"the policy has no rate for its limits in {currency}, so a person decides",
    )


def _shifted(minor: int, from_: str, to: str) -> Decimal:
    return Decimal(minor).scaleb(decimals(to) - decimals(from_))
