"""Conditions that name the time of an eligibility row (`within`, `after`) instead of repeating its days: one figure, in one place."""

from typing import TypeVar

from models.common.conditions import Condition
from models.policy.eligibility import EligibilityRow, Since
from models.policy.policy import LiabilityRow, Policy
from rules.common.policy_fault import Fault, Loc, unknown
from rules.policy.eligibility_checks import COUNTED

RowT = TypeVar("RowT", LiabilityRow, EligibilityRow)


def with_limits(policy: Policy) -> tuple[Policy, tuple[Fault, ...]]:
    """The policy with the days in the place of the names; and every name that gives none."""
    limits = {row.id: row.days for row in policy.eligibility.rules if row.days is not None and row.since is Since.DELIVERY}
    faults: list[Fault] = []

    def written(table: Loc, rows: tuple[RowT, ...]) -> tuple[RowT, ...]:
        return tuple(
            row.model_copy(
                update={
                    "when": tuple(
                        _written((*table, index, "when", number), condition, limits, faults)
                        for number, condition in enumerate(row.when)
                    )
                }
            )
            for index, row in enumerate(rows)
        )

    liability = written(("liability",), policy.liability)
    rules = written(("eligibility", "rules"), policy.eligibility.rules)
    changed = {"liability": liability, "eligibility": policy.eligibility.model_copy(update={"rules": rules})}
    return policy.model_copy(update=changed), tuple(faults)


def _written(loc: Loc, condition: Condition, limits: dict[str, int], faults: list[Fault]) -> Condition:
    for field, bound in (("within", "below"), ("after", "at_least")):
        name: str | None = getattr(condition, field)
        if name is None:
            continue
        if condition.fact != COUNTED:
            faults.append(((*loc, field), f"is a limit in days from delivery; compare {COUNTED} with it, or write {bound}"))
        elif name not in limits:
            faults.append(((*loc, field), unknown("eligibility row with `days` from delivery", name, limits)))
        elif getattr(condition, bound) is not None:
            faults.append(((*loc, field), f"says the same as {bound}; keep one of the two"))
        else:
            condition = condition.model_copy(update={field: None, bound: limits[name] + 1})
    return condition
