"""What the policy's `returns` cannot say alone (RES-6)."""

from models.common.partners import ShipmentStatus
from models.policy.policy import Policy
from rules.common.policy_fault import Faults
from rules.returns.statuses import plain


def return_faults(policy: Policy) -> Faults:
    """Every fault with the field it is at."""
    returns = policy.returns
    tables = {("returns", "statuses"): returns.statuses, **{("returns", "codes", name): of for name, of in returns.codes.items()}}
    for place, table in tables.items():
        for word, status in table.items():
            if status not in set(ShipmentStatus):
                names = ", ".join(ShipmentStatus)
                yield (*place, word), f'"{status}" is no status of ours; write one of {names}'
            if word != plain(word):
                yield (*place, word), f'is never found; write it as "{plain(word)}": in lower case, with blanks for - and _'
    for name in returns.codes:
        if name != plain(name):
            yield ("returns", "codes", name), f'is never found; write it as "{plain(name)}"'
    if returns.usual_codes is not None and returns.usual_codes not in returns.codes:
        names = ", ".join(sorted(returns.codes))
        yield ("returns", "usual_codes"), f'there is no table "{returns.usual_codes}" in `codes`; write one of {names}'
    for name in ("poll_every", "pickup_grace", "after_a_missed_pickup", "longest_pickup", "longest_to_send"):
        if not getattr(returns, name):
            yield ("returns", name), "needs some time; write 1h, 2d or the like"
