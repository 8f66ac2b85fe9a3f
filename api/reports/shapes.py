"""Reports with a shape of their own: hours of the week, where time goes, money given, and what came back of it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.figures import times_of
from adapters.database.kept_sums import Asked, KeptSums, Stretch, Sums
from adapters.database.local_time import MINUTES_OF_WEEK, MONDAY, local_minute
from api.reports.filters import HOUR
from api.reports.period import Period
from api.reports.query import Selection
from api.reports.specs import CASES, OTHERS, ReportName
from models.common.base import Bilingual
from models.figures import Column, Counted, Figure, FigureUnit, Place, Report, Row, UsedBy
from models.tables.claims import ClaimRow
from models.tables.figures import FigureGivenRow, FigureRow
from rules.figures.times import Spent, TimesSum

DAYS, HOURS_OF_DAY = range(1, 8), range(24)
USERS: Mapping[UsedBy, tuple[str, str]] = {
    UsedBy.CUSTOMER: ("顾客用时占比", "Used by the customer"),
    UsedBy.MERCHANT: ("商家用时占比", "Used by the merchant"),
    UsedBy.CARRIER: ("承运商用时占比", "Used by the carrier"),
    UsedBy.PLATFORM: ("平台用时占比", "Used by the platform"),
    UsedBy.SYSTEM: ("系统用时占比", "Used by nobody: partners at work, goods on the way"),
}


def _column(name: str, zh: str, en: str, unit: FigureUnit) -> Column:
    return Column(name=name, title=Bilingual(zh=zh, en=en), unit=unit)


COUNT = _column(CASES, "工单数", "Cases", FigureUnit.CASES)
TIMES = (
    COUNT,
    _column("median", "中位数", "Median", FigureUnit.SECONDS),
    _column("ninetieth", "90 分位数", "90th percentile", FigureUnit.SECONDS),
    *(_column(by.value, zh, en, FigureUnit.SHARE) for by, (zh, en) in USERS.items()),
)
GIVEN = (COUNT, _column("minor", "金额", "Amount", FigureUnit.MINOR))
SUMMED = ("claimed", "accepted", "recovered", "written_off")
RECOVERIES = (
    _column("claims", "索赔数", "Claims", FigureUnit.CASES),
    _column("claimed", "索赔金额", "Claimed", FigureUnit.MINOR),
    _column("accepted", "对方认可", "Accepted", FigureUnit.MINOR),
    _column("recovered", "已收回", "Recovered", FigureUnit.MINOR),
    _column("written_off", "已核销", "Written off", FigureUnit.MINOR),
    _column("recovered_share", "收回率", "Share recovered", FigureUnit.SHARE),
)


def _report(name: ReportName, period: Period, columns: Sequence[Column], rows: Iterable[Row]) -> Report:
    return Report(
        report=name.value,
        title=OTHERS[name],
        opened_from=period.since,
        opened_to=period.until,
        before_from=period.before.since,
        zone=period.zone.key,
        columns=tuple(columns),
        rows=tuple(rows),
    )


async def hours(session: AsyncSession, kept: KeptSums, selection: Selection) -> Report:
    """Cases by the hour and weekday in which they were opened, by the zone's clock; every hour of the week is there."""

    async def of(stretch: Stretch) -> Sums:
        local = local_minute(col(FigureRow.opened_minute), period.zone, stretch.since, stretch.until)
        keys = [((local + MONDAY) % MINUTES_OF_WEEK // HOUR).label("hour")]
        name = f"hours {period.zone.key}|{selection.name}"
        return await kept.of(session, Asked(name, keys, [func.count()], selection.conditions, by_chunk=False), stretch)

    period = selection.period
    now, then = [await of(stretch) for stretch in selection.stretches]
    return _report(
        ReportName.HOURS,
        period,
        [COUNT],
        (
            Row(
                by={"weekday": str(day), "hour": str(hour)},
                figures={
                    CASES: Figure(
                        value=now.get(key, (0,))[0],
                        before=then.get(key, (0,))[0],
                        cases=selection.cases(weekday=day, hour=hour, zone=period.zone.key),
                    )
                },
            )
            for day in DAYS
            for hour in HOURS_OF_DAY
            if (key := ((day - 1) * len(HOURS_OF_DAY) + hour,))
        ),
    )


async def times(session: AsyncSession, kept: KeptSums, selection: Selection) -> Report:
    """Of the cases that are over: how long they were in each stage and tier, and who used that time."""

    async def of(stretch: Stretch) -> Mapping[Place, Spent]:
        async def summed() -> Mapping[Place, Spent]:
            sums, adding = TimesSum(), asyncio.create_task(asyncio.sleep(0))
            async for block in times_of(session, stretch.since, stretch.until, (*selection.conditions, col(FigureRow.over))):
                await adding
                adding = asyncio.create_task(asyncio.to_thread(sums.add, block))  # while the database reads on
            await adding
            return sums.told()

        return await kept.whole(session, f"times|{selection.name}", stretch, summed)

    now, then = [await of(stretch) for stretch in selection.stretches]
    rows = (
        Row(by={"place": place.value}, figures=_times(now.get(place), then.get(place), _where(selection, place)))
        for place in Place
    )
    return _report(ReportName.TIMES, selection.period, TIMES, rows)


def _where(selection: Selection, place: Place) -> str:
    return selection.cases(counts=Counted.OVER, spent_in=place.value)


def _times(now: Spent | None, then: Spent | None, cases: str) -> dict[str, Figure]:
    count = now.cases if now else 0
    figures = {CASES: Figure(value=count, before=then.cases if then else 0, cases=cases)}
    for name in ("median", "ninetieth"):
        figures[name] = Figure(
            value=getattr(now, name) if now else None, before=getattr(then, name) if then else None, of=count, cases=cases
        )
    for by in UsedBy:
        figures[by.value] = Figure(value=_share(now, by), before=_share(then, by), of=count, cases=cases)
    return figures


def _share(spent: Spent | None, by: UsedBy) -> float | None:
    whole = sum(spent.by.values()) if spent else 0
    return spent.by[by] / whole if spent and whole else None


async def given(session: AsyncSession, kept: KeptSums, selection: Selection) -> Report:
    """What cases gave, by remedy, by who bears it in the end, and by currency: sums of different currencies are never added."""
    keys = [col(FigureGivenRow.remedy), col(FigureGivenRow.bearer), col(FigureGivenRow.currency)]
    joined = (FigureRow, col(FigureGivenRow.case_id) == col(FigureRow.case_id)) if selection.conditions else None
    measures = [func.count(), func.sum(col(FigureGivenRow.minor))]
    asked = Asked(f"given|{selection.name}", keys, measures, selection.conditions, FigureGivenRow, joined)
    now, then = await _both(session, kept, asked, selection)
    rows = (
        Row(
            by={"remedy": key[0], "bearer": key[1], "currency": key[2]},
            figures=_figures(GIVEN, now[key], then.get(key), selection.cases(remedy=key[0], bearer=key[1], currency=key[2])),
        )
        for key in sorted(now, key=lambda key: (key[2], -now[key][1], key))
    )
    return _report(ReportName.GIVEN, selection.period, GIVEN, rows)


async def recoveries(session: AsyncSession, kept: KeptSums, selection: Selection) -> Report:
    """What was claimed for these cases, and what came of it so far."""
    keys = [col(ClaimRow.kind), col(ClaimRow.currency)]
    measures = [func.count(), *(func.sum(col(getattr(ClaimRow, f"{name}_minor"))) for name in SUMMED)]
    joined = (ClaimRow, col(ClaimRow.case_id) == col(FigureRow.case_id))
    asked = Asked(f"recoveries|{selection.name}", keys, measures, selection.conditions, joined=joined)
    now, then = await _both(session, kept, asked, selection)
    rows = (
        Row(
            by={"claim": key[0], "currency": key[1]},
            figures=_figures(
                RECOVERIES, _with_share(now[key]), _with_share(then.get(key)), selection.cases(claim=key[0], currency=key[1])
            ),
        )
        for key in sorted(now, key=lambda key: (key[1], -(now[key][1] or 0), key))
    )
    return _report(ReportName.RECOVERIES, selection.period, RECOVERIES, rows)


async def _both(session: AsyncSession, kept: KeptSums, asked: Asked, selection: Selection) -> tuple[Sums, Sums]:
    """Of the period and of the one before."""
    now, then = [await kept.of(session, asked, stretch) for stretch in selection.stretches]
    return now, then


def _with_share(sums: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """With what came in of what was claimed."""
    if sums is None:
        return None
    _, claimed, _, recovered, _ = sums
    return (*sums, float(recovered or 0) / float(claimed) if claimed else None)


def _figures(
    columns: Sequence[Column], now: tuple[Any, ...] | None, then: tuple[Any, ...] | None, cases: str
) -> dict[str, Figure]:
    return {
        column.name: Figure(value=_number(now, place), before=_number(then, place), cases=cases)
        for place, column in enumerate(columns)
    }


def _number(sums: tuple[Any, ...] | None, place: int) -> float | None:
    if sums is None:
        return 0
    return None if sums[place] is None else float(sums[place])
