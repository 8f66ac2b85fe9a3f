"""Reports over HTTP: who may see which, as what, and what cannot be asked (RVW-1)."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import insert
from sqlmodel import col, delete

from adapters.documents import charts
from models.common.vocabulary import Role
from models.tables.figures import FigureRow
from tests.support.builders.figures import figure_rows
from tests.support.processes.api import Web

MAY_2020 = "opened_from=2020-05-01&opened_to=2020-06-01"
ROWS = figure_rows(300, datetime(2020, 6, 1, tzinfo=UTC), days=60)
IN_MAY = [
    row
    for row in ROWS
    if row["opened_at"] >= datetime(2020, 4, 30, 16, tzinfo=UTC) and row["opened_at"] < datetime(2020, 5, 31, 16, tzinfo=UTC)
]


@pytest.fixture(autouse=True)
async def cases(web: Web) -> AsyncIterator[None]:
    async with web.service.database.writing() as session:
        await (await session.connection()).execute(insert(FigureRow), ROWS)
    yield
    async with web.service.database.writing() as session:
        await session.exec(delete(FigureRow).where(col(FigureRow.case_id).in_([row["case_id"] for row in ROWS])))


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.CUSTOMER, 403),
        (Role.AGENT, 403),
        (Role.MERCHANT, 200),
        (Role.CARRIER, 200),
        (Role.SUPERVISOR, 200),
        (Role.ANALYST, 200),
    ],
)
async def test_who_may_see_reports(web: Web, role: Role, status: int) -> None:
    known = {Role.ANALYST: "ana", Role.SUPERVISOR: "susan", Role.AGENT: "alice"}
    person = web.person(role, known.get(role, "M-0"))
    assert (await person.get(f"/v1/reports/dashboard?{MAY_2020}")).status_code == status


async def test_a_month_is_that_of_the_markets_zone_beside_the_month_before(web: Web) -> None:
    told = (await web.person(Role.SUPERVISOR, "susan").get(f"/v1/reports/volume?{MAY_2020}")).json()
    assert (told["opened_from"], told["before_from"]) == ("2020-04-30T16:00:00Z", "2020-03-31T16:00:00Z")
    assert told["total"]["cases"]["value"] == len(IN_MAY)


@pytest.mark.parametrize(("role", "own", "field"), [(Role.MERCHANT, "M-0", "merchant_id"), (Role.CARRIER, "K-1", "carrier_id")])
async def test_a_partner_sees_its_own_figures_only(web: Web, role: Role, own: str, field: str) -> None:
    desk = web.person(role, own)
    wanted = sum(row[field] == own for row in IN_MAY)
    for form in ("", f"&{field}={own}"):
        assert (await desk.get(f"/v1/reports/volume?{MAY_2020}{form}")).json()["total"]["cases"]["value"] == wanted
    for form in ("json", "csv", "xlsx"):
        refused = await desk.get(f"/v1/reports/volume?{MAY_2020}&{field}=X-9&format={form}")
        assert (refused.status_code, refused.json()["field"], refused.json()["rule"]) == (403, field, "RVW-1")
    for hidden in ("by=agent", "agent=alice", "unknown=root_cause"):
        assert (await desk.get(f"/v1/reports/volume?{MAY_2020}&{hidden}")).status_code == 403


@pytest.mark.parametrize("report", ["volume", "hours", "given"])
async def test_a_drawn_report_shows_its_figures_and_each_mark_leads_to_the_cases(web: Web, report: str) -> None:
    supervisor = web.person(Role.SUPERVISOR, "susan")
    asked = f"/v1/reports/{report}?{MAY_2020}"
    told = (await supervisor.get(asked)).json()
    drawn = await supervisor.get(f"{asked}&format=svg", accept_language="zh")
    assert drawn.headers["content-type"] == "image/svg+xml"
    page = ET.fromstring(drawn.text)  # noqa: S314  # our own
    assert told["title"]["zh"] in "".join(page.itertext())
    first = told["columns"][0]["name"]
    lists = {row["figures"][first]["cases"] for row in told["rows"]} - {None}
    assert lists == {link.attrib["{http://www.w3.org/1999/xlink}href"] for link in page.iter("{http://www.w3.org/2000/svg}a")}
    with Image.open(io.BytesIO((await supervisor.get(f"{asked}&format=png")).content)) as picture:
        assert len(picture.getcolors(1_000_000) or ()) > 2


async def test_without_the_program_that_draws_the_figures_come_as_tables(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "_program", lambda: None)
    refused = await web.person(Role.SUPERVISOR, "susan").get(f"/v1/reports/volume?{MAY_2020}&format=svg")
    assert (refused.status_code, refused.json()["field"], refused.json()["rule"]) == (503, "format", "RVW-1")


async def test_a_report_as_csv_and_as_a_spreadsheet_says_the_same(web: Web) -> None:
    supervisor = web.person(Role.SUPERVISOR, "susan")
    asked = f"/v1/reports/resolution?{MAY_2020}&by=channel&by=region"
    told = (await supervisor.get(asked)).json()
    as_csv = await supervisor.get(f"{asked}&format=csv", accept_language="en")
    lines = list(csv.reader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    book = load_workbook(io.BytesIO((await supervisor.get(f"{asked}&format=xlsx", accept_language="zh")).content))
    sheet = list(book["resolution"].iter_rows(values_only=True))
    assert lines[0][:4] == ["channel", "region", "Cases", "Cases (before)"]
    assert sheet[0][:4] == ("channel", "region", "工单数", "工单数 (上期)")
    assert len(lines) == len(sheet) == len(told["rows"]) + 2
    for line, row, figures in zip(lines[1:], sheet[1:], told["rows"], strict=False):
        assert (
            tuple(line[:2]) == tuple(value or "" for value in row[:2]) == tuple(value or "" for value in figures["by"].values())
        )
        assert float(line[2]) == row[2] == figures["figures"]["cases"]["value"]
    assert "resolution-20200430-20200531.csv" in as_csv.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("opened_from=2020-06-01&opened_to=2020-05-01", "opened_to"),
        ("opened_from=2020-06-01&opened_to=2020-06-01", "opened_to"),
        ("opened_from=2020-02-30&opened_to=2020-06-01", "opened_from"),
        ("opened_from=2020-05-01T00:00:00&opened_to=2020-06-01", "opened_from"),
        ("opened_from=2001-01-01&opened_to=2020-06-01", "opened_from"),
        ("opened_from=0001-01-01&opened_to=9999-12-31", "opened_to"),
        ("opened_from=yesterday", "opened_from"),
        ("zone=Mars/Olympus", "zone"),
        ("by=weather", "by.0"),
        ("colour=red", "colour"),
        ("party=nobody", "party.0"),
        ("limit=0", "limit"),
        ("format=pdf", "format"),
    ],
)
async def test_what_cannot_be_asked_is_told(web: Web, query: str, field: str) -> None:
    answer = await web.person(Role.SUPERVISOR, "susan").get(f"/v1/reports/volume?{query}")
    told = answer.json()
    assert answer.status_code == 422
    assert field in {told.get("field"), *(one["field"] for one in told.get("errors") or ())}, told


async def test_a_report_with_a_shape_of_its_own_counts_by_nothing_else(web: Web) -> None:
    supervisor = web.person(Role.SUPERVISOR, "susan")
    for name in ("hours", "times", "given", "recoveries", "dashboard"):
        assert (await supervisor.get(f"/v1/reports/{name}?{MAY_2020}")).status_code == 200
        assert (await supervisor.get(f"/v1/reports/{name}?{MAY_2020}&by=issue")).json()["field"] == "by"
    assert (await supervisor.get("/v1/reports/weather")).status_code == 422


async def test_a_customer_learns_nothing_by_the_filters_of_figures(web: Web) -> None:
    customer = web.person(Role.CUSTOMER, "C-1")
    for query in (
        "counts_as=missed",
        "party=merchant",
        "remedy=coupon",
        "spent_in=receipt",
        "unknown=party",
        "claim=carrier_claim",
    ):
        assert (await customer.get(f"/v1/cases?{query}")).status_code == 403
    assert (await customer.get("/v1/cases?weekday=1&hour=3&zone=Asia/Kolkata")).status_code == 200
