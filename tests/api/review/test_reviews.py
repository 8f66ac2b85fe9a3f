"""Scorecards, reviews and improvements over HTTP: who sees what, by hand for any period, and what is refused (RVW-2, RVW-3)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, delete

from models.common.vocabulary import Role
from models.tables.case import MessageRow
from models.tables.figures import FigureRow
from models.tables.improvements import ImprovementRow
from models.tables.reviews import ReviewRow
from tests.support.builders.marketplace import BAD_FROM, BAD_MERCHANT, fill
from tests.support.processes.api import Web
from tests.support.processes.waiting import eventually

WEEK = timedelta(days=7)
PERIOD = {"opened_from": str(BAD_FROM), "opened_to": str(BAD_FROM + WEEK)}
CARDS = f"?opened_from={BAD_FROM - 4 * WEEK}&opened_to={BAD_FROM + 2 * WEEK}"


@pytest.fixture(scope="module")
async def market(web_on_sqlite: Web) -> AsyncIterator[Web]:
    web = web_on_sqlite
    await fill(web.service.database, BAD_FROM - 4 * WEEK, BAD_FROM + 2 * WEEK)
    yield web
    async with web.service.database.writing() as session:
        for table in (FigureRow, ImprovementRow, ReviewRow):
            await session.exec(delete(table))
        await session.exec(delete(MessageRow).where(col(MessageRow.event).startswith("review.")))


async def test_a_review_by_hand_is_read_opened_and_followed_up(market: Web) -> None:
    supervisor, analyst = market.person(Role.SUPERVISOR, "susan"), market.person(Role.ANALYST, "ann")
    refused = await analyst.post("/v1/reviews", {**PERIOD, "tell": True})
    assert refused.status_code == 403
    made = await supervisor.post("/v1/reviews", {**PERIOD, "tell": True})
    assert made.status_code == 201, made.text
    review = made.json()
    assert [one["cause"]["who"] for one in review["worse"]] == [BAD_MERCHANT]
    assert (await analyst.get(f"/v1/reviews/{review['review_id']}")).json() == review
    assert [one["review_id"] for one in (await analyst.get("/v1/reviews")).json()["reviews"]] == [review["review_id"]]

    link = (await analyst.post(f"/v1/reviews/{review['review_id']}/link")).json()
    path = link["url"].partition("/v1/")[2]
    for lang, words in (("zh", "质量问题"), ("en", "quality defect")):
        page = await market.http.get(f"/v1/{path}?lang={lang}")
        assert page.status_code == 200
        assert words in page.text
        assert BAD_MERCHANT in page.text
    pdf = await market.http.get(f"/v1/{path}/pdf")
    assert pdf.content.startswith(b"%PDF")
    assert (await market.http.get("/v1/reviews/links/forged")).status_code == 404

    merchant = market.person(Role.MERCHANT, BAD_MERCHANT)
    (own,) = (await merchant.get("/v1/improvements")).json()["improvements"]
    assert (own["review_id"], own["case_id"], own["state"]) == (review["review_id"], None, "open")
    one = f"/v1/improvements/{own['improvement_id']}"
    assert (await merchant.post(f"{one}/give-up", {"reason": "we do not want to"})).status_code == 403
    given_up = await supervisor.post(f"{one}/give-up", {"reason": "商家已退出平台。"})
    assert (given_up.json()["state"], given_up.json()["reason"]) == ("given_up", "商家已退出平台。")
    assert (await merchant.post(f"{one}/done", {"proof": "done"})).status_code == 409
    handle = market.service.client.get_workflow_handle(f"improvement-{own['improvement_id']}")

    async def status() -> str:
        found = (await handle.describe()).status
        return found.name if found else ""

    assert await eventually(status, lambda name: name == "COMPLETED")


@pytest.mark.parametrize(
    ("role", "who", "kind", "seen"),
    [
        (Role.ANALYST, "ann", "merchant", 200),
        (Role.MERCHANT, BAD_MERCHANT, "merchant", 1),
        (Role.MERCHANT, BAD_MERCHANT, "product", 1),
        (Role.MERCHANT, "M-none", "merchant", 0),
        (Role.MERCHANT, BAD_MERCHANT, "carrier", None),
        (Role.CARRIER, "YTO", "carrier", 1),
        (Role.CARRIER, "YTO", "team", None),
        (Role.CUSTOMER, "C-1", "merchant", None),
        (Role.SUPERVISOR, "susan", "team", 1),
    ],
)
async def test_who_sees_which_cards(market: Web, role: Role, who: str, kind: str, seen: int | None) -> None:
    answer = await market.person(role, who).get(f"/v1/scorecards/{kind}{CARDS}")
    if seen is None:
        assert answer.status_code == 403
    else:
        assert answer.json()["members"] == seen


async def test_a_flagged_card_comes_first_with_its_weeks_when_it_is_asked_for(market: Web) -> None:
    analyst = market.person(Role.ANALYST, "ann")
    cards: list[dict[str, Any]] = (await analyst.get(f"/v1/scorecards/merchant{CARDS}&limit=3")).json()["cards"]
    assert [(card["id"], card["flagged"]) for card in cards] == [(BAD_MERCHANT, True), ("M-000", False), ("M-001", False)]
    assert {rate["weeks"] == [] for card in cards for rate in card["rates"]} == {True}
    (one,) = (await analyst.get(f"/v1/scorecards/merchant{CARDS}&id={BAD_MERCHANT}")).json()["cards"]
    assert len(one["rates"][0]["weeks"]) == 6
    assert one["rates"][0]["change"]["week"] == str(BAD_FROM)
    assert one["rates"][0]["low"] < one["rates"][0]["rate"] < one["rates"][0]["high"]


@pytest.mark.parametrize(
    "asked",
    [
        "opened_from=2026-05-18&opened_to=2026-05-11",
        "opened_from=2020-01-01&opened_to=2026-01-01",
        "opened_from=0001-01-01",
        "opened_to=0001-01-01",
        "opened_from=x",
    ],
)
async def test_an_impossible_period_is_refused(web_on_sqlite: Web, asked: str) -> None:
    answer = await web_on_sqlite.person(Role.SUPERVISOR, "susan").get(f"/v1/scorecards/merchant?{asked}")
    assert answer.status_code == 422
    assert answer.json()["detail"]
