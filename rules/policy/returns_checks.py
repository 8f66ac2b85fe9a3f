"""What the policy's `returns` cannot say alone (RES-6)."""

from models.common.partners import ShipmentStatus
from models.policy.policy import Policy
from rules.common.policy_fault import Faults


def return_faults(policy: Policy) -> Faults:
    """Every fault with the field it is at."""
    returns = policy.returns
    for word, status in returns.statuses.items():
        if status not in set(ShipmentStatus):
            names = ", ".join(ShipmentStatus)
            yield ("returns", "statuses", word), f'"{status}" is no status of ours; write one of {names}'
        if word != " ".join(word.replace("_", " ").replace("-", " ").casefold().split()):
            yield ("returns", "statuses", word), "is never found; write it in lower case, with blanks for - and _"
    for name in ("poll_every", "pickup_grace", "after_a_missed_pickup", "longest_pickup", "longest_to_send"):
        if not getattr(returns, name):
            yield ("returns", name), "needs some time; write 1h, 2d or the like"
