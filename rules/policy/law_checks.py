"""Whether the policy takes what the law of its market forbids (RES-13): fees and freight of goods that come back.

The law: `rules/returns/statutes.py`. Orders from elsewhere have that of their own region, whatever the policy says (`rules/remedies/restocking.py`).
"""

from models.common.vocabulary import Issue
from models.policy.eligibility import FreightRow, Payer
from models.policy.policy import Policy
from rules.common.counting import REST
from rules.common.policy_fault import Faults
from rules.remedies.ask import NOBODY_ELSE
from rules.remedies.restocking import AS_AGREED
from rules.returns.statutes import Statute, statute_of

UNWANTED = frozenset({Issue.NO_REASON_RETURN, Issue.SIZE_MISMATCH})
"""Issues of goods that are as agreed."""


def law_faults(policy: Policy) -> Faults:
    """Every fault with the field it is at, and the rule with its source."""
    rule, law = policy.eligibility.restocking, _law(policy)
    if rule is not None and law is not None and rule.days < law.days:
        detail = f"takes a fee while the law takes none: {law.no_fee.en}; write {law.days} or more"
        yield ("eligibility", "restocking", "days"), detail
    for index, row in enumerate(policy.eligibility.freight):
        if row.payer is Payer.CUSTOMER and not _of_unwanted_goods(row):
            why = (law.faulty if law else AS_AGREED).en
            names = " or ".join(sorted(UNWANTED))
            detail = f"lets the customer pay for goods that may be faulty: {why}; name {names} in issues, or customer in found"
            yield ("eligibility", "freight", index, "payer"), detail


def _law(policy: Policy) -> Statute | None:
    """That of the country whose holidays the calendar of most orders knows."""
    calendar = policy.calendars.get(policy.eligibility.counting.get(REST, ""))
    return statute_of(calendar.holidays) if calendar is not None and calendar.holidays else None


def _of_unwanted_goods(row: FreightRow) -> bool:
    """Whether the row is about goods that are not wanted, or about a fault that is the customer's or nobody's."""
    return bool(row.issues and set(row.issues) <= UNWANTED) or bool(row.found and set(row.found) <= NOBODY_ELSE)
