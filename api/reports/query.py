"""What is asked of a report: its period, what it counts by, which cases; and what a caller may ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlmodel import col

from adapters.database.figures import column_of
from adapters.database.kept_sums import Stretch
from api.http.auth import Caller
from api.http.dependencies import only_for
from api.http.problems import problem
from api.http.schemas import Zone
from api.reports.filters import HIDDEN, OF_FIGURES, FigureFilters, Several, not_shown
from api.reports.period import Period, period_of
from models.common.base import Identifier
from models.common.partner_registry import Partner
from models.common.vocabulary import Channel, ErrorType, Issue, Kind, Outcome, Priority, Role
from models.figures import Counted, Dimension
from models.policy.policy import Policy
from models.policy.reports import ReportsPolicy
from models.tables.figures import FigureRow

READERS = frozenset({Role.SUPERVISOR, Role.ANALYST}) | Partner.roles()
OF_LISTS = (Dimension.KIND, Dimension.ISSUE, Dimension.CHANNEL, Dimension.PRIORITY, Dimension.OUTCOME)
OWN = {Role.MERCHANT: Dimension.MERCHANT, Role.CARRIER: Dimension.CARRIER}


class Form(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    SVG = "svg"
    PNG = "png"


class ReportQuery(FigureFilters):
    """All filters together have to fit; one that may be repeated takes any of its values."""

    BY: ClassVar[tuple[Dimension, ...]] = (*OF_FIGURES, Dimension.ROOT_CAUSE)

    opened_from: str | None = Field(
        default=None, max_length=40, description="A day of `zone`, or an instant. None: four weeks before the end."
    )
    opened_to: str | None = Field(default=None, max_length=40, description="Until before this day or instant. None: now.")
    zone: Zone | None = Field(default=None, description="Whose days and hours these are; none: the market's.")
    root_cause: Identifier | None = Field(default=None, description="As `lost_on_the_way`, with those that were merged into it.")
    kind: Annotated[tuple[Kind, ...], Several]
    issue: Annotated[tuple[Issue, ...], Several]
    channel: Annotated[tuple[Channel, ...], Several]
    priority: Annotated[tuple[Priority, ...], Several]
    outcome: Annotated[tuple[Outcome, ...], Several]
    merchant_id: Identifier | None = None
    team: Identifier | None = None
    limit: int = Field(default=50, ge=1, le=1000, description="So many rows, the greatest first.")
    format: Form = Form.JSON


class CountQuery(ReportQuery):
    """The same, of a report that counts by a dimension."""

    by: Annotated[tuple[Dimension, ...], Field(default=(), max_length=2, description="What to count by; none: as is usual.")]


@dataclass(frozen=True)
class Selection:
    """The cases of a report, as the caller may see them."""

    period: Period
    filters: dict[str, Any]
    """As the list of cases takes them, but for the period."""
    conditions: tuple[Any, ...]
    now: datetime
    by: tuple[Dimension, ...]
    limit: int
    policy: ReportsPolicy

    @property
    def stretches(self) -> tuple[Stretch, Stretch]:
        """The period, and the one before it."""
        period, before = self.period, self.period.before
        return Stretch(period.since, period.until, self.now), Stretch(before.since, before.until, self.now)

    @property
    def name(self) -> str:
        """Tells it from others, whatever their period."""
        return urlencode(sorted(self.filters.items()), doseq=True)

    def cases(self, by: dict[str, str | None] | None = None, counts: Counted | None = None, **more: object) -> str:
        """Where the cases are listed that a figure counts."""
        asked = {"opened_from": _written(self.period.since), "opened_to": _written(self.period.until)} | self.filters | more
        for name, value in (by or {}).items():
            asked[name] = value
            if value is None:
                del asked[name]
                asked["unknown"] = [*asked.get("unknown", ()), name]
        if counts is not None:
            asked["counts_as"] = [*asked.get("counts_as", ()), counts.value]
        return "/v1/cases?" + urlencode(asked, doseq=True)


def select_for(caller: Caller, query: ReportQuery, by: tuple[Dimension, ...], policy: Policy) -> Selection:
    """The cases that are asked for. 403 for what is not the caller's to see, 422 for a period that cannot be."""
    only_for(caller, READERS)
    filters = query.model_dump(
        mode="json", exclude_defaults=True, exclude={"opened_from", "opened_to", "zone", "limit", "format", "by"}
    )
    own = OWN.get(caller.role)
    if own is not None:
        if filters.get(own.value, caller.actor.id) != caller.actor.id:
            raise problem(
                ErrorType.NOT_ALLOWED_FOR_ROLE,
                f"{own.value}: these are figures of somebody else; ask for your own, which is all that you are shown.",
                f"{own.value}：这是他人的数据；您只能查看自己的数据。",
                field=own.value,
                rule="RVW-1",
            )
        filters[own.value] = caller.actor.id
    hidden = query.hidden_from(caller.role) or next((one for one in by if one in HIDDEN.get(caller.role, ())), None)
    if hidden is not None:
        raise not_shown(caller, hidden)
    now = datetime.now(UTC)
    period = period_of(query.opened_from, query.opened_to, ZoneInfo(query.zone or policy.zone), now)
    conditions = tuple(_conditions(query, filters, own, policy, now))
    return Selection(period, filters, conditions, now, by, query.limit, policy.reports)


def _conditions(
    query: ReportQuery, filters: dict[str, Any], own: Dimension | None, policy: Policy, now: datetime
) -> Iterator[Any]:
    for by in OF_LISTS:
        if values := getattr(query, by.value):
            yield column_of(by).in_([value.value for value in values])
    for name in ("merchant_id", "team"):
        if name in filters:
            yield col(getattr(FigureRow, name)) == filters[name]
    if own is Dimension.CARRIER:
        yield col(FigureRow.carrier_id) == filters[own.value]
    yield from query.conditions(policy.reports, now)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
