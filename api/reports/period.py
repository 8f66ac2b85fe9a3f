"""The period of a report, and the one before it that it is compared with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.http.problems import ProblemError, problem
from models.common.vocabulary import ErrorType

USUAL, LONGEST, FIRST_YEAR = timedelta(days=28), timedelta(days=3660), 2000
MIDNIGHT, MINUTE = time(0), timedelta(minutes=1)
ENDS_FIRST = ("opened_to", "the period ends before it begins", "时段的结束早于开始")
TOO_LONG = ("opened_from", "a period is at most ten years long", "时段最长为十年")


@dataclass(frozen=True)
class Period:
    """From `since` until before `until`, as the clocks of `zone` show it."""

    since: datetime
    until: datetime
    zone: ZoneInfo

    @property
    def before(self) -> "Period":
        """As long, and ending where this begins: so many months where these are whole months, else so many days by the zone's clock."""
        first, last = self.since.astimezone(self.zone), self.until.astimezone(self.zone)
        if _begins_month(first) and _begins_month(last):
            months = (last.year - first.year) * 12 + last.month - first.month
            earlier = first.year * 12 + first.month - 1 - months
            begin = first.replace(year=earlier // 12, month=earlier % 12 + 1)
        else:
            begin = datetime.combine(*_wall(first, last), tzinfo=self.zone)
        return Period(begin.astimezone(UTC), self.since, self.zone)


def period_of(opened_from: str | None, opened_to: str | None, zone: ZoneInfo, now: datetime) -> Period:
    """Dates are days of the zone, the last one not included; without them the last four weeks up to now. 422 for an impossible one."""
    until = _read("opened_to", opened_to, zone) if opened_to else now.replace(second=0, microsecond=0) + MINUTE
    since = _read("opened_from", opened_from, zone) if opened_from else until - USUAL
    if since >= until:
        raise impossible(*ENDS_FIRST)
    if until - since > LONGEST:
        raise impossible(*TOO_LONG)
    return Period(since, until, zone)


def _read(field: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        at = (
            datetime.combine(date.fromisoformat(text), MIDNIGHT, zone)
            if len(text) == len("2026-05-01")
            else datetime.fromisoformat(text)
        )
        at = at.astimezone(UTC) if at.tzinfo is not None else at
    except (ValueError, OverflowError) as error:
        raise impossible(field, *_FORM) from error
    if at.tzinfo is None:
        raise impossible(field, *_FORM)
    if not FIRST_YEAR <= at.year <= FIRST_YEAR + 99:
        raise impossible(field, "this is no year in which a case could be opened", "该年份不可能有工单")
    return at


_FORM = (
    "write a day as 2026-05-01, or an instant with its zone as 2026-05-01T08:00:00+08:00",
    "请写日期（如 2026-05-01），或带时区的时刻（如 2026-05-01T08:00:00+08:00）",
)


def impossible(field: str, en: str, zh: str) -> ProblemError:
    return problem(ErrorType.INVALID, f"{field}: {en}.", f"{field}：{zh}。", field=field, rule="RVW-1")


def _begins_month(at: datetime) -> bool:
    return at.day == 1 and at.time() == MIDNIGHT


def _wall(first: datetime, last: datetime) -> tuple[date, time]:
    """When it began by the wall clock of as long a period before."""
    begin = first.replace(tzinfo=None) - (last.replace(tzinfo=None) - first.replace(tzinfo=None))
    return begin.date(), begin.time()
