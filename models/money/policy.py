"""What the policy says of store credit (RES-17): the bonus for who takes it instead of money back."""

from datetime import timedelta

from pydantic import Field

from models.common.base import Duration, Frozen


class BonusPolicy(Frozen):
    """A share of the money that goes to the customer's balance, up to a sum; it is no refund, and ends earlier than the customer's own money."""

    share: float = Field(default=0, ge=0, le=1)
    """0: there is none."""
    most_minor: int = Field(default=0, ge=0)
    """For one solution, in the policy's currency."""
    valid_for: Duration = timedelta(days=180)
    """From when the money it goes with is on the balance."""


class StoreCreditPolicy(Frozen):
    """None of it: as in cases and policies from before there was a bonus."""

    bonus: BonusPolicy = BonusPolicy()
