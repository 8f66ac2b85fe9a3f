"""What cases are chosen by where figures are concerned: the filters that reports and the list of cases share, and who may use which."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlmodel import col, select

from adapters.database.figures import column_of, events, opened
from adapters.database.local_time import MINUTES_OF_DAY, MINUTES_OF_WEEK, MONDAY, local_minute
from api.http.auth import Caller
from api.http.problems import ProblemError, problem
from api.http.schemas import Zone
from models.claims.state import ClaimKind
from models.common.base import Frozen, Identifier
from models.common.vocabulary import ErrorType, Party, RemedyKind, Role, Tier
from models.figures import Counted, Dimension, Place
from models.policy.reports import ReportsPolicy
from models.tables.claims import ClaimRow
from models.tables.figures import FigureGivenRow, FigureRow

HOUR = 60
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
"""No case was opened before."""
Several = Field(default=(), max_length=30)
OF_FIGURES = (
    Dimension.CARRIER,
    Dimension.PRODUCT,
    Dimension.CATEGORY,
    Dimension.REGION,
    Dimension.AGENT,
    Dimension.TIER,
    Dimension.PARTY,
)
"""Dimensions that are filters of the same name here; the others are filters of the list already."""
HIDDEN = {
    Role.CUSTOMER: frozenset(Dimension),
    Role.MERCHANT: frozenset({Dimension.AGENT, Dimension.ROOT_CAUSE}),
    Role.CARRIER: frozenset({Dimension.AGENT, Dimension.ROOT_CAUSE}),
    Role.ANALYST: frozenset({Dimension.AGENT}),
}
"""By what a role may neither count nor look: nobody but the platform reads who handles a case, nor the parties how it decides."""
HIDDEN_COUNTS = {Role.CUSTOMER: frozenset(Counted)}


class FigureFilters(Frozen):
    """Filters by what a case counts for in figures; they are some seconds behind the case."""

    BY: ClassVar[tuple[Dimension, ...]] = OF_FIGURES
    """The dimensions that are looked for among figures."""

    carrier_id: Identifier | None = Field(default=None, description="The carrier of the parcel that the case is about.")
    product: Identifier | None = Field(default=None, description="The sku of the dearest order line that the case is about.")
    category: Identifier | None = Field(default=None, description="The category of that line.")
    region: Identifier | None = Field(default=None, description="Where the order went, as `CN-SH`.")
    agent: Identifier | None = Field(default=None, description="Who of the platform's people handles it, or answers for it.")
    tier: Annotated[tuple[Tier, ...], Several]
    party: Annotated[tuple[Party, ...], Field(default=(), max_length=30, description="Who was found responsible.")]
    counts_as: Annotated[tuple[Counted, ...], Field(default=(), max_length=30, description="What it counts for: all of these.")]
    unknown: Annotated[tuple[Dimension, ...], Field(default=(), max_length=30, description="What is not known of it.")]

    def hidden_from(self, role: Role) -> str | None:
        """The first of these filters that this role may not use."""
        hidden = HIDDEN.get(role, frozenset())
        named = [by.value for by in self.BY if getattr(self, by.value) and by in hidden]
        named += ["unknown"] if hidden & {*self.unknown} else []
        named += ["counts_as"] if HIDDEN_COUNTS.get(role, frozenset()) & {*self.counts_as} else []
        return next(iter(named), None)

    def conditions(self, policy: ReportsPolicy, now: datetime) -> Iterator[Any]:
        """On the table `figures`."""
        for by in self.BY:
            value = getattr(self, by.value)
            if isinstance(value, tuple) and value:
                yield column_of(by).in_(value)
            elif value:
                yield column_of(by) == value
        known = events(policy, now)
        yield from (known[event] for event in self.counts_as)
        yield from (column_of(by).is_(None) for by in self.unknown)


class FiguresOfCases(FigureFilters):
    """What the list of cases has besides, so that it shows the cases of every figure."""

    remedy: RemedyKind | None = Field(default=None, description="It gave this remedy, and somebody paid for it.")
    bearer: Party | None = Field(default=None, description="Who bears what it gave.")
    claim: ClaimKind | None = Field(default=None, description="It has a claim of this kind.")
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$", description="Of what it gave or claimed; else of the case.")
    spent_in: Place | None = Field(default=None, description="It spent time in this stage or tier.")
    weekday: int | None = Field(default=None, ge=1, le=7, description="Opened on this day of the week in `zone`; 1 is Monday.")
    hour: int | None = Field(default=None, ge=0, le=23, description="Opened in this hour of the day in `zone`.")
    zone: Zone | None = Field(default=None, description="Of `weekday` and `hour`; none: the market's.")

    def hidden_from(self, role: Role) -> str | None:
        others = [name for name in ("remedy", "bearer", "claim", "spent_in") if role is Role.CUSTOMER and getattr(self, name)]
        return super().hidden_from(role) or next(iter(others), None)

    def _money(self) -> list[Any]:
        given, claimed = self.remedy is not None or self.bearer is not None, self.claim is not None
        fits = [_of(FigureGivenRow, remedy=self.remedy, bearer=self.bearer, currency=self.currency)] if given else []
        fits += [_of(ClaimRow, kind=self.claim, currency=self.currency)] if claimed else []
        if self.currency is not None and not fits:
            fits.append(col(FigureRow.currency) == self.currency)
        return fits

    def cases(self, policy: ReportsPolicy, market: str, since: datetime | None, until: datetime | None) -> Any:  # noqa: ANN401
        """The ids of the cases that fit, as a query; None: these filters choose nothing."""
        now = datetime.now(UTC)
        fits = [*self.conditions(policy, now)]
        if self.spent_in is not None:
            fits.append(col(FigureRow.places).op("&")(self.spent_in.bit) > 0)
        if self.weekday is not None or self.hour is not None:
            local = local_minute(
                col(FigureRow.opened_minute), ZoneInfo(self.zone or market), since or FIRST, until or now + timedelta(days=1)
            )
            fits += [(local + MONDAY) % MINUTES_OF_WEEK // MINUTES_OF_DAY == self.weekday - 1] if self.weekday is not None else []
            fits += [local % MINUTES_OF_DAY // HOUR == self.hour] if self.hour is not None else []
        fits += self._money()
        if not fits:
            return None
        return select(FigureRow.case_id).where(*fits, *opened(since or FIRST, until or now + timedelta(days=1)))


def _of(table: type[FigureGivenRow | ClaimRow], **values: str | None) -> Any:  # noqa: ANN401  # a condition
    """Cases that a row of that table with these values is of."""
    fits = (col(getattr(table, name)) == value for name, value in values.items() if value is not None)
    return col(FigureRow.case_id).in_(select(table.case_id).where(*fits))


def not_shown(caller: Caller, name: str) -> ProblemError:
    return problem(
        ErrorType.NOT_ALLOWED_FOR_ROLE,
        f"{name} is not shown to the role {caller.role}: cases can neither be looked for nor counted by it.",
        f"{name} 不向 {caller.role} 显示，不能据此查询或统计。",
        field=name,
        rule="TRU-5",
    )
