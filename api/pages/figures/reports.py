"""Reports: figures of the cases of a period beside the period before, drawn and as tables; each leads to its cases."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from fastapi import APIRouter, Response
from markupsafe import Markup

from api.http.dependencies import only_for
from api.pages.figures.drawing import drawn
from api.pages.filters import name_of, own
from api.pages.navigation import INSIDE
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute
from api.reports.endpoints import report_of
from api.reports.filters import HIDDEN
from api.reports.query import READERS, CountQuery, Form
from api.reports.specs import OTHERS, SPECS, ReportName
from models.common.base import Bilingual
from models.common.vocabulary import Channel, Issue, Kind, Outcome, Party, Priority
from models.figures import Counted, Dimension, Report
from rules.figures.charts import of_report

router = APIRouter(prefix="/console/figures", route_class=PageRoute, include_in_schema=False)

HERE = "/console/figures/reports"
CASES = "/console/cases"
TITLES = {name: Bilingual(zh=spec.zh, en=spec.en) for name, spec in SPECS.items()} | dict(OTHERS)
CHOICES = {
    "kind": Kind,
    "issue": Issue,
    "channel": Channel,
    "priority": Priority,
    "outcome": Outcome,
    "party": Party,
    "counts_as": Counted,
}
"""Filters of which one of some values is chosen."""
WORDS = ("merchant_id", "carrier_id", "product", "category", "region", "team", "agent", "root_cause")
"""Those that are typed."""


class Stretch(NamedTuple):
    """A period that one link chooses. `text`: its name in `texts/`."""

    text: str
    since: date
    until: date


@router.get("")
async def figures(page: PageOf) -> Response:
    only_for(page.caller, INSIDE)
    return page.to(page.sections[0].path)


@router.get("/reports")
async def dashboard(page: PageOf) -> Response:
    """The figures of the service as a whole, and what the cases were about."""
    return await show(page, ReportName.DASHBOARD)


@router.get("/reports/{report}")
async def show(page: PageOf, report: ReportName) -> Response:
    """One report, with what it may be asked for."""
    only_for(page.caller, READERS)
    query = page.asked(CountQuery, format=Form.JSON)
    made = await page.ask(report_of(page.parts, page.caller, report, query))
    about = made
    if report is ReportName.DASHBOARD:
        first = query.model_copy(update={"limit": 10})
        about = await page.ask(report_of(page.parts, page.caller, ReportName.VOLUME, first))
    counted = SPECS.get(report)
    hidden = HIDDEN.get(page.caller.role, frozenset())
    return page.show(
        "figures/report.html",
        report=made,
        about=about,
        chart=await _chart(page, about),
        chosen=report,
        titles=TITLES,
        query=query,
        by=query.by or (counted.by if counted else ()),
        dimensions=[one for one in Dimension if one not in hidden] if counted and counted.by else [],
        choices={name: tuple(codes) for name, codes in CHOICES.items()},
        typed=[one for one in WORDS if one not in hidden],
        stretches=_stretches(datetime.now(page.zone).date()),
    )


async def _chart(page: Page, report: Report) -> Markup | None:
    """None: there is nothing to draw, or no program that draws."""
    if not report.rows:
        return None
    named = report.model_copy(update={"rows": tuple(row.model_copy(update={"by": _named(page, row.by)}) for row in report.rows)})
    spec = of_report(named, page.locale, lambda href: own(href, CASES))
    return await drawn(spec)


def _named(page: Page, by: dict[str, str | None]) -> dict[str, str | None]:
    """As people call it; hours, days of the week and currencies are what they are."""
    plain = {"hour", "weekday", "currency"}
    return {key: code if key in plain or code is None else _name(page, key, code) for key, code in by.items()}


def _name(page: Page, key: str, code: str) -> str:
    policy = page.parts.policy
    team = policy.teams.get(code) if key == "team" else None
    return team.in_(page.locale) if team else name_of(code, policy, page.locale)


def _stretches(today: date) -> list[Stretch]:
    tomorrow, month = today + timedelta(days=1), today.replace(day=1)
    return [
        Stretch("figures.last_7_days", tomorrow - timedelta(days=7), tomorrow),
        Stretch("figures.last_28_days", tomorrow - timedelta(days=28), tomorrow),
        Stretch("figures.this_month", month, tomorrow),
        Stretch("figures.last_month", (month - timedelta(days=1)).replace(day=1), month),
        Stretch("figures.last_quarter", tomorrow - timedelta(days=91), tomorrow),
    ]
