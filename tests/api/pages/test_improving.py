"""What makes the service better, in the console: improvements, reviews, lessons; wrong and late forms first."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import delete

from models.common.vocabulary import Role
from models.tables.improvements import ImprovementRow
from models.tables.reviews import ReviewRow
from tests.api.library.test_library import LESSON, closed
from tests.api.pages.cases.test_every_action import BECAUSE, TOO_LONG
from tests.support.processes.api import Web
from tests.support.processes.pages import Visitors

IMPROVEMENTS, REVIEWS, LESSONS = "/console/figures/improvements", "/console/figures/reviews", "/console/knowledge/lessons"
PROOF = "The staff were trained."


@pytest.fixture
async def improvements(web: Web) -> AsyncIterator[None]:
    """Two tasks: I-1 is due first."""
    now = datetime.now(UTC)
    async with web.service.database.writing() as session:
        for number in (1, 2):
            fields: dict[str, Any] = {"party": "merchant", "party_id": "M-1", "words": f"Be kinder {number}.", "state": "open"}
            due = now + timedelta(days=number)
            session.add(ImprovementRow(improvement_id=f"I-{number}", opened_at=now, due=due, **fields))
    yield
    async with web.service.database.writing() as session:
        await session.exec(delete(ImprovementRow))


@pytest.mark.usefixtures("improvements")
@pytest.mark.submits("/console/figures/improvements/{improvement_id}/done")
async def test_an_agent_says_what_was_made_better(visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice")
    await alice.get(IMPROVEMENTS)
    await alice.refused(422, "form-done-I-2", proof=TOO_LONG)
    shown = await alice.submit("form-done-I-2", proof=PROOF)
    assert "It is noted as done." in shown.text
    assert PROOF in shown.text
    assert {"form-done-I-1"} == {name for name in shown.forms if name.startswith("form-done")}
    assert "form-up-I-1" not in shown.forms


@pytest.mark.usefixtures("improvements")
@pytest.mark.submits("/console/figures/improvements/{improvement_id}/give-up")
async def test_what_was_given_up_meanwhile_is_told_and_the_words_are_not_put_into_another_ones_form(visitors: Visitors) -> None:
    sun, alice = await visitors.signed_in(Role.SUPERVISOR, "sun"), await visitors.signed_in(Role.AGENT, "alice")
    for who in (sun, alice):
        await who.get(IMPROVEMENTS)
    await sun.refused(422, "form-up-I-1", reason=TOO_LONG)
    assert "It is given up." in (await sun.submit("form-up-I-1", reason=BECAUSE)).text
    late = await alice.submit("form-done-I-1", proof=PROOF)
    assert late.status == 409
    assert any(late.alerts)
    assert PROOF in late.text
    shown = await alice.get(IMPROVEMENTS)
    assert shown.forms["form-done-I-2"].fields["proof"] == [""]


@pytest.mark.submits("/console/figures/reviews", "/console/figures/reviews/{review_id}/link")
async def test_a_review_is_made_of_a_period_and_sent_on(web: Web, visitors: Visitors) -> None:
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get(REVIEWS)
    await sun.refused(422, "form-make", opened_from="2026-05-18", opened_to="2026-05-11", tell="true")
    made = await sun.submit("form-make", opened_from="2026-05-11", opened_to="2026-05-18")
    assert (made.status, made.path.startswith(f"{REVIEWS}/RV-")) == (200, True), made.text
    linked = await sun.submit("form-link")
    assert "/v1/reviews/links/" in linked.html
    async with web.service.database.writing() as session:
        await session.exec(delete(ReviewRow))


@pytest.mark.submits("/console/knowledge/lessons/{case_id}/review")
async def test_a_lesson_is_declined_with_a_reason_or_published(web: Web, visitors: Visitors) -> None:
    cases = [await closed(web, "水壶一烧水就漏"), await closed(web, "水壶的盖子打不开")]
    for case_id in cases:
        assert (await web.person(Role.AGENT, "alice").put(f"/v1/cases/{case_id}/lesson", LESSON)).status_code == 200
    sun, li = await visitors.signed_in(Role.SUPERVISOR, "sun"), await visitors.signed_in(Role.SUPERVISOR, "li")
    for who in (sun, li):
        await who.get(f"{LESSONS}?state=proposed")
    await sun.refused(422, f"form-decline-{cases[0]}", reason=TOO_LONG)
    declined = await sun.submit(f"form-decline-{cases[0]}", reason="It is known.")
    assert "It is known." in declined.text
    late = await li.submit(f"form-decline-{cases[0]}", reason="It is too long.")
    assert (late.status, any(late.alerts)) == (409, True)
    assert "It is too long." in late.text
    await sun.get(f"{LESSONS}?state=proposed")
    await sun.submit(f"form-accept-{cases[1]}", state="published")
    listed = (await sun.get(f"{LESSONS}?state=accepted")).html
    assert cases[1] in listed
    assert cases[0] not in listed
