"""Who pays for goods that travel (RES-8): the first row of the policy's `eligibility.freight` that fits, and what the law of the market says."""

from models.common.base import Money
from models.common.vocabulary import Issue, Party
from models.investigation.findings import Finding
from models.policy.eligibility import FreightRow, Payer
from models.policy.policy import PolicySlice
from rules.common.rates import figure_in
from rules.returns.statutes import statute_of

NOT_TOLD = "freight-not-told"


def freight_row(
    policy: PolicySlice, issue: Issue | None, finding: Finding | None, region: str | None = None
) -> tuple[FreightRow, Party]:
    """RES-8: the row that fits first, and who pays by it. `finding`: one that decides, if there is one.

    Where the law of the order's `region` asks that customers are told of it before they order, and they are not, the merchant pays.
    """
    party = finding.party if finding else None
    rows = policy.eligibility.freight
    row = next(
        row for row in rows if (not row.issues or issue in row.issues) and (not row.found or party in row.found)
    )  # the policy's check keeps one that always fits
    statute = statute_of(region) if region is not None else None
    unwanted = issue is Issue.NO_REASON_RETURN and row.payer is Payer.CUSTOMER
    if unwanted and statute is not None and statute.told is not None and not policy.returns.freight_told:
        return FreightRow(id=NOT_TOLD, payer=Payer.MERCHANT, why=statute.told), Party.MERCHANT
    return row, party if row.payer is Payer.LIABLE and party is not None else Party(row.payer.value)


def freight_most(policy: PolicySlice, payer: Party | None, currency: str) -> Money | None:
    """At most so much is deducted for a label or pick-up of ours, when the customer pays; None: what it costs."""
    most_ = policy.returns.freight_most_minor
    minor = None if most_ is None or payer is not Party.CUSTOMER else figure_in(policy, most_, currency)
    return None if minor is None else Money(minor=minor, currency=currency)
