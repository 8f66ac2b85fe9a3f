"""Chargebacks in the console: found, looked at with their evidence, answered by people within their limits on what they saw."""

import pytest

from models.common.vocabulary import Role
from tests.support.processes.api import Web
from tests.support.processes.charged_back import Told, charged_back
from tests.support.processes.pages import Shown, Visitor, Visitors
from tests.support.processes.waiting import eventually

LIST = "/console/books/chargebacks"


def page_of(made: Told) -> str:
    return made.address.replace("/v1/", "/console/books/")


async def looked_at(made: Told, who: Visitor) -> Shown:
    """Its page, as soon as the case that it opened has asked for the order's parcels."""
    return await eventually(lambda: who.get(page_of(made)), lambda shown: "Parcels and proofs of delivery" in shown.text)


async def case_of(made: Told, web: Web) -> str:
    """The case that was opened for it, as soon as news of the chargeback have found it."""

    async def look() -> str | None:
        await made.again()
        return (await made.seen_by(web.person(Role.AGENT, "alice")))["case_id"]

    return await eventually(look) or ""


@pytest.mark.parametrize(("language", "status"), [("zh", "等待答复"), ("en", "awaits an answer")])
async def test_one_is_found_in_the_list_and_on_its_cases_page(web: Web, visitors: Visitors, language: str, status: str) -> None:
    made = await charged_back(web)
    alice = await visitors.signed_in(Role.AGENT, "alice")
    alice.http.headers["Accept-Language"] = language
    listed = await alice.get(f"{LIST}?order_id={made.told.order_id}&status=needs_response")
    assert page_of(made) in listed.html
    assert status in listed.text
    assert page_of(made) not in (await alice.get(f"{LIST}?order_id={made.told.order_id}&status=lost")).html
    case_id = await case_of(made, web)
    assert f'href="{page_of(made)}"' in (await alice.get(f"/console/cases/{case_id}")).html


async def test_the_page_of_its_case_says_once_what_may_be_refunded_and_what_is_held(web: Web, visitors: Visitors) -> None:
    made = await charged_back(web)
    alice = await visitors.signed_in(Role.AGENT, "alice")
    case_id = await case_of(made, web)
    address = f"/console/cases/{case_id}"
    shown = await eventually(lambda: alice.get(address), lambda shown: "Held by a chargeback CNY 129.00" in shown.text)
    assert "Left to refund CNY 0.00" in shown.text
    shown = await eventually(lambda: alice.get(address), lambda shown: "may still be refunded on the order" in shown.text)
    assert "CNY 0.00 may still be refunded on the order. CNY 129.00 is held until the chargeback is decided" in shown.text


@pytest.mark.submits("/console/books/chargebacks/{chargeback_id}/contest")
async def test_an_agent_sends_the_evidence_that_the_page_showed(web: Web, visitors: Visitors) -> None:
    made = await charged_back(web)
    alice = await visitors.signed_in(Role.AGENT, "alice")
    assert "The bank's reason the goods did not come" in (await looked_at(made, alice)).text
    sent = await alice.submit("form-contest", words="They signed for it.")
    assert (sent.status, sent.path) == (200, page_of(made))
    assert "The evidence goes to the bank." in sent.text
    assert "form-accept" not in sent.forms
    await made.followed.loop.look()
    (answer,) = made.answers
    assert answer.evidence is not None
    assert answer.evidence.words == "They signed for it."
    assert "with the bank" in (await alice.get(page_of(made))).text


async def test_evidence_that_changed_meanwhile_is_not_sent_and_the_draft_is_kept(web: Web, visitors: Visitors) -> None:
    made = await charged_back(web)
    alice = await visitors.signed_in(Role.AGENT, "alice")
    case_id = await case_of(made, web)
    await looked_at(made, alice)
    customer = web.person(Role.CUSTOMER, (await web.row(case_id)).customer_id)
    said = await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "It came, I was wrong."})
    assert said.status_code == 200, said.text
    await eventually(
        lambda: made.seen_by(web.person(Role.AGENT, "alice")), lambda view: "I was wrong" in str(view["evidence"]["said"])
    )
    stale = await alice.submit("form-contest", words="They signed for it.")
    assert stale.status == 409
    assert "They signed for it." in stale.text
    assert "It came, I was wrong." in stale.text
    await made.followed.loop.look()
    assert made.answers == []
    assert (await alice.submit("form-contest")).status == 200


@pytest.mark.submits(
    "/console/books/chargebacks/{chargeback_id}/accept",
    "/console/books/chargebacks/{chargeback_id}/approve",
    "/console/books/chargebacks/{chargeback_id}/decline",
)
async def test_a_large_one_is_given_in_to_by_two_people(web: Web, visitors: Visitors) -> None:
    made = await charged_back(web, minor=300_000)
    alice, sun = await visitors.signed_in(Role.AGENT, "alice"), await visitors.signed_in(Role.SUPERVISOR, "sun")
    assert "another person approves it first" in (await alice.get(page_of(made))).text
    proposed = await alice.submit("form-accept")
    assert "waits for another person" in proposed.text
    assert {"form-approve", "form-decline", "form-accept"}.isdisjoint(proposed.forms)
    await sun.get(page_of(made))
    assert (await sun.submit("form-decline")).status == 422
    declined = await sun.submit("form-decline", words="Ask the carrier first.")
    assert "The answer is declined." in declined.text
    await alice.get(page_of(made))
    await alice.submit("form-accept")
    await sun.get(page_of(made))
    assert "The answer is approved." in (await sun.submit("form-approve")).text
    await made.followed.loop.look()
    assert "given in to" in (await alice.get(page_of(made))).text


async def test_an_answer_that_was_declined_and_made_anew_is_not_approved_unseen(web: Web, visitors: Visitors) -> None:
    made = await charged_back(web, minor=300_000)
    alice, sun = await visitors.signed_in(Role.AGENT, "alice"), await visitors.signed_in(Role.SUPERVISOR, "sun")
    sam = await visitors.signed_in(Role.SUPERVISOR, "sam")
    for who, form, words in (
        (alice, "form-accept", {}),
        (sam, "form-decline", {"words": "Contest it."}),
        (alice, "form-contest", {}),
    ):
        if who is sam:
            await sun.get(page_of(made))
        await who.get(page_of(made))
        assert (await who.submit(form, **words)).status == 200
    assert (await sun.submit("form-approve")).status == 409
    await made.followed.loop.look()
    assert made.answers == []


async def test_an_analyst_sees_the_figures_and_neither_evidence_nor_actions(web: Web, visitors: Visitors) -> None:
    made = await charged_back(web)
    await looked_at(made, await visitors.signed_in(Role.AGENT, "alice"))
    ana = await visitors.signed_in(Role.ANALYST, "ana")
    shown = await ana.get(page_of(made))
    assert shown.status == 200
    assert "129.00" in shown.text
    assert "Parcels and proofs of delivery" not in shown.text
    assert {"form-contest", "form-accept"}.isdisjoint(shown.forms)
    assert (await ana.post(f"{page_of(made)}/accept", {})).status == 403
    assert (await ana.get(f"{LIST}/CB-0000000000000000")).status == 404
