"""Reports that count cases by something: one read of sums, from which every column is worked out."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.figures import column_of, counting, events
from adapters.database.kept_sums import Asked, KeptSums, Sums, added_up
from api.reports.query import Selection
from api.reports.specs import CASES, SCORES, SPECS, Measure, ReportName, Spec
from models.common.base import Bilingual
from models.figures import Counted, Dimension, Figure, Report, Row
from models.tables.figures import FigureRow

MANY = frozenset({Dimension.MERCHANT, Dimension.PRODUCT, Dimension.AGENT, Dimension.ROOT_CAUSE})
"""Dimensions of so many values that sums are kept for a period as a whole."""
Count = Mapping[str, float]


async def counted(session: AsyncSession, kept: KeptSums, name: ReportName, selection: Selection) -> Report:
    """The report, with what it was in the period before."""
    spec, by = SPECS[name], selection.by
    asked = _asked(spec, selection)
    period, before = selection.period, selection.period.before
    now, then = [await kept.of(session, asked, stretch) for stretch in selection.stretches]
    all_now, all_then = _told(spec, added_up([{(): sums} for sums in now.values()]), ()), _told(spec, _whole(then), ())
    order = sorted(now, key=lambda key: (-now[key][0], str(key)))
    rows = tuple(
        Row(
            by=dict(zip((one.value for one in by), key, strict=True)),
            figures={
                measure.name: _figure(
                    measure,
                    _told(spec, now, key),
                    _told(spec, then, key),
                    (all_now, all_then),
                    selection.cases(dict(zip((one.value for one in by), key, strict=True)), _linked(measure)),
                )
                for measure in spec.measures
            },
        )
        for key in (order if by else [])[: selection.limit]
    )
    return Report(
        report=name.value,
        title=Bilingual(zh=spec.zh, en=spec.en),
        opened_from=period.since,
        opened_to=period.until,
        before_from=before.since,
        zone=period.zone.key,
        columns=tuple(measure.column(selection.policy) for measure in spec.measures),
        rows=rows,
        left_off=max(len(order) - selection.limit, 0) if by else 0,
        total={
            measure.name: _figure(measure, all_now, all_then, (all_now, all_then), selection.cases(counts=_linked(measure)))
            for measure in spec.measures
        },
    )


def _asked(spec: Spec, selection: Selection) -> Asked:
    by, known = selection.by, events(selection.policy, selection.now)
    measures: list[Any] = [
        func.sum(col(getattr(FigureRow, need))) if need in SCORES else counting(known[Counted(need)]) for need in spec.needs[1:]
    ]
    return Asked(
        name=f"{','.join(spec.needs)}|{','.join(by)}|{selection.name}",
        keys=[column_of(one) for one in by],
        measures=[func.count(), *measures],
        conditions=selection.conditions,
        by_chunk=not MANY & {*by} and len(by) < 2,  # noqa: PLR2004
    )


def _whole(sums: Sums) -> Sums:
    return added_up([{(): values} for values in sums.values()])


def _told(spec: Spec, sums: Sums, key: tuple[Any, ...]) -> Count:
    """The sums of a key by their names; nothing where there are no cases."""
    return dict(zip(spec.needs, (value or 0 for value in sums.get(key, ())), strict=False)) or dict.fromkeys(spec.needs, 0)


def _linked(measure: Measure) -> Counted | None:
    return Counted.RATED if measure.mean_of is not None else measure.counts


def _figure(measure: Measure, now: Count, then: Count, whole: tuple[Count, Count], cases: str) -> Figure:
    value, of = _worked_out(measure, now, whole[0])
    return Figure(value=value, before=_worked_out(measure, then, whole[1])[0], of=of, cases=cases)


def _worked_out(measure: Measure, sums: Count, whole: Count) -> tuple[float | None, int | None]:
    """The figure, and of how many cases."""
    if measure.mean_of is not None:
        part, of = sums[measure.mean_of], sums[Counted.RATED]
    elif measure.of_all:
        part, of = sums[CASES], whole[CASES]
    elif measure.among is None:
        return sums[measure.counts or CASES], None
    else:
        part = sums[measure.counts or CASES]
        of = sum(sums[one] for one in measure.among) if measure.among else sums[CASES]
    return (float(part) / float(of) if of else None), int(of)
