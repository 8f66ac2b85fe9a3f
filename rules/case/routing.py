"""Dispatch to a team (DSP-1): the most specific row of the routing table, and why (the dry run)."""

from models.common.base import Bilingual, Frozen
from models.common.identifiers import region_code
from models.common.vocabulary import Issue, Kind, Priority
from models.policy.policy import PolicySlice, RoutingRow
from rules.common.best_row import best, fits, named

COLUMNS = ("kind", "group", "issue", "priority", "region", "merchant")


class Explained(Frozen):
    """What one row makes of a case."""

    row: RoutingRow
    fits: bool
    wins: bool
    why: Bilingual


def route(
    policy: PolicySlice, *, kind: Kind, issue: Issue, priority: Priority, region: str | None = None, merchant: str | None = None
) -> RoutingRow:
    """The row that wins. Raises LookupError on a table with a hole, which `rules/policy/load.py` refuses to load."""
    row = best(policy.routing, _given(kind, issue, priority, region, merchant))
    if row is None:
        message = f"no routing row for {kind}, {issue}, {priority}; add a row that names less"
        raise LookupError(message)
    return row


def explain(
    policy: PolicySlice, *, kind: Kind, issue: Issue, priority: Priority, region: str | None = None, merchant: str | None = None
) -> tuple[Explained, ...]:
    """Every row in the table's order with why it wins, fits or does not."""
    given = _given(kind, issue, priority, region, merchant)
    winner = best(policy.routing, given)
    return tuple(_explained(row, winner, given) for row in policy.routing)


def _given(kind: Kind, issue: Issue, priority: Priority, region: str | None, merchant: str | None) -> dict[str, object]:
    return dict(zip(COLUMNS, (kind, issue.group, issue, priority, region_code(region), merchant), strict=True))


def _explained(row: RoutingRow, winner: RoutingRow | None, given: dict[str, object]) -> Explained:
    asks = named(row, COLUMNS)
    if not fits(row, given):
        unlike = [column for column, value in asks.items() if value != given[column]]
        why = Bilingual(
            zh="不符：" + "，".join(f"{column} 要求 {asks[column]}，实为 {given[column] or '无'}" for column in unlike),
            en="does not fit: "
            + ", ".join(f"{column} must be {asks[column]}, is {given[column] or 'none'}" for column in unlike),
        )
    elif row is winner:
        why = Bilingual(zh=f"采用：符合，且指定的条件最多（{len(asks)}）", en=f"wins: it fits and names most ({len(asks)})")
    elif winner is not None and len(named(winner, COLUMNS)) > len(asks):
        why = Bilingual(zh=f"符合，但 {winner.id} 更具体", en=f"fits, but {winner.id} names more")
    else:
        earlier = winner.id if winner else ""
        why = Bilingual(zh=f"符合，但 {earlier} 同样具体且在前", en=f"fits, but {earlier} names as much and stands earlier")
    return Explained(row=row, fits=fits(row, given), wins=row is winner, why=why)
