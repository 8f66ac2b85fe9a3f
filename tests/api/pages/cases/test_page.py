"""The page of a case over HTTP, as a browser without scripts has it: what it shows, what its forms do, and what is refused."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import Role
from tests.support.builders.orders import NOW, order, parcel
from tests.support.builders.pictures import picture as photo
from tests.support.processes.api import Web
from tests.support.processes.pages import Shown, Visitor, Visitors
from tests.support.processes.waiting import eventually

DRAFTS = {
    "reply": ("form-reply", {"words": "We are on it."}),
    "note": ("form-note", {"words": "Asked the warehouse."}),
    "proposal": ("form-propose", {"options.0.remedies.0.amount$CNY": "12.90", "options.0.why": "A part of it"}),
}
"""What is kept as it is typed: of which form, and what."""


async def opened(web: Web, **body: object) -> str:
    """A complaint that the platform holds, as far as a solution is looked for."""
    customer, _, ordered = web.customer()
    wanted = {"kind": "complaint", "issue": "product.quality_defect", "wanted": {"remedy": "refund_only"}}
    case_id = await web.open(customer, order_id=ordered, **{**wanted, **body})
    await web.row(case_id, lambda row: row.stage in {"investigation", "resolution"})
    return case_id


async def looking(visitors: Visitors, case_id: str, role: Role = Role.SUPERVISOR, who: str = "sun") -> tuple[Visitor, Shown]:
    somebody = await visitors.signed_in(role, who)
    return somebody, await somebody.get(f"/console/cases/{case_id}")


async def settled(somebody: Visitor, case_id: str, form: str) -> Shown:
    """The page, once it has this form."""
    address = f"/console/cases/{case_id}"
    return await eventually(lambda: somebody.get(address), lambda shown: form in shown.forms)


async def test_the_page_has_everything_about_the_case(web: Web, visitors: Visitors) -> None:
    hostile = "<script>alert(1)</script> \u202eمرحبا\n" + "line\n" * 700
    case_id = await opened(web, description=hostile)
    _, shown = await looking(visitors, case_id)
    assert shown.status == 200
    assert "<script>alert" not in shown.html
    assert "&lt;script&gt;alert(1)" in shown.html
    assert shown.html.count("line\n") >= 698
    for said in ("O-W", "Left to refund", "first reply", "Not open now", "What may be given", "Responsibility", "Timeline"):
        assert said in shown.text, said
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", shown.html)


async def test_words_notes_tags_and_watching_are_done_by_forms(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    await visitors.signed_in(Role.AGENT, "alice")
    sun, _ = await looking(visitors, case_id)
    assert "Done: Take the case." in (await sun.submit("form-take")).text
    assert "We are on it." in (await sun.submit("form-reply", words="We are on it.")).text
    assert "Look, @alice" in (await sun.submit("form-note", words="Look, @alice and a@b.example")).text
    assert "#vip" in (await sun.submit("form-tag", **{"add,": "vip, 批次-1"})).text
    shown = await sun.submit("form-watch")
    view = (await web.person(Role.SUPERVISOR, "sun").get(f"/v1/cases/{case_id}")).json()
    assert (view["handler"], view["tags"], view["watchers"]) == ("sun", ["vip", "批次-1"], ["sun"])
    noted = (await web.person(Role.SUPERVISOR, "sun").get(f"/v1/cases/{case_id}/timeline")).json()["entries"]
    assert [one["data"]["mentions"] for one in noted if one["event"] == "case.noted"] == [["alice"]]
    assert "form-unwatch" in shown.forms


async def test_a_stale_answer_keeps_its_words_and_shows_what_was_said(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    sun, _ = await looking(visitors, case_id)
    await sun.submit("form-take")
    said = await web.person(Role.SUPERVISOR, "li").post(f"/v1/cases/{case_id}/take", {})
    assert said.status_code == 200
    quicker = await web.person(Role.SUPERVISOR, "li").post(f"/v1/cases/{case_id}/reply", {"words": "I was quicker."})
    assert quicker.status_code == 200
    shown = await sun.submit("form-reply", words="My long answer.")
    assert shown.status == 409
    assert "I was quicker." in shown.text
    assert shown.forms["form-reply"].fields["words"] == ["My long answer."]


async def test_the_suggested_option_and_an_own_one_are_proposed(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    sun, _ = await looking(visitors, case_id)
    await sun.submit("form-take")
    await settled(sun, case_id, "form-suggested")
    shown = await sun.submit("form-propose", _more="option", **{"options.0.remedies.0.kind": "refund_only"})
    assert shown.status == 200
    assert shown.forms["form-propose"].fields["options.0.remedies.0.kind"] == ["refund_only"]
    assert "options.1.remedies.0.kind" in shown.forms["form-propose"].fields
    shown = await sun.submit("form-propose", **{"options.0.remedies.0.amount$CNY": "1.234", "options.0.why": "x"})
    assert shown.status == 422
    assert shown.forms["form-propose"].fields["options.0.remedies.0.amount$CNY"] == ["1.234"]
    shown = await sun.submit("form-propose", **{"options.0.remedies.0.amount$CNY": "12.90", "options.0.why": "Half of it"})
    assert "Done: Propose a solution." in shown.text
    assert "refund CNY 12.90 · Half of it" in shown.text
    assert "form-undo" in shown.forms
    view = (await web.person(Role.SUPERVISOR, "sun").get(f"/v1/cases/{case_id}")).json()
    assert (view["proposals"], view["held"]["action"]) == ([], "propose")


async def test_who_offers_a_late_return_waives_its_fee_in_the_form(web: Web, visitors: Visitors) -> None:
    number = uuid4().hex[:8]
    came = parcel(f"O-{number}", status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=20), signed_relation="self")
    web.service.world.add(order(f"O-{number}", customer=f"C-{number}", status=OrderStatus.DELIVERED), came)
    customer = web.person(Role.CUSTOMER, f"C-{number}")
    case_id = await web.open(customer, order_id=f"O-{number}", issue="product.no_reason_return")
    await web.row(case_id, lambda row: row.stage == "resolution" or row.waiting_for == "answers")
    sun, _ = await looking(visitors, case_id)
    await sun.submit("form-take")
    shown = await settled(sun, case_id, "form-propose")
    assert "Restocking fee (CNY)" in shown.text
    remedy = {"kind": "return_and_refund", "amount$CNY": "129.00", "restocking$CNY": "0"}
    fields = {f"options.0.remedies.0.{name}": text for name, text in remedy.items()}
    shown = await sun.submit("form-propose", **fields, **{"options.0.why": "As an exception"}, undoable="false")
    assert "Done: Propose a solution." in shown.text
    view = (await web.person(Role.SUPERVISOR, "sun").get(f"/v1/cases/{case_id}")).json()
    assert view["proposals"][-1]["options"][0]["remedies"][0]["restocking"] == {"minor": 0, "currency": "CNY"}


async def test_evidence_is_added_shown_in_place_and_looked_at(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    sun, shown = await looking(visitors, case_id)
    form = shown.forms["form-add_words"]
    origin = {"Origin": str(sun.http.base_url).rstrip("/")}
    files = [("evidence*", ("cat.html", photo(), "text/html")), ("evidence*", ("talk.txt", b"<b>hello</b>", "text/html"))]
    data = {**form.fields, "words": "Two pieces"}
    answer = await sun.http.post(form.action, data=data, files=files, headers=origin)
    assert answer.status_code == 200
    assert "Two pieces" in answer.text
    view = (await web.person(Role.SUPERVISOR, "sun").get(f"/v1/cases/{case_id}")).json()
    picture, text = view["sayings"][-1]["evidence"]
    assert f"/v1/cases/{case_id}/evidence/{picture['sha256']}/thumbnail" in answer.text
    shown = await sun.get(f"/console/cases/{case_id}/evidence/{picture['sha256']}?turns=1&zoom=2")
    assert 'class="turns-1 zoom-2"' in shown.html
    shown = await sun.get(f"/console/cases/{case_id}/evidence/{text['sha256']}")
    assert "&lt;b&gt;hello" in shown.html
    assert (await sun.get(f"/console/cases/{case_id}/evidence/{text['sha256']}/inline")).status == 404


@pytest.mark.submits(
    "/console/cases/{case_id}/drafts/reply", "/console/cases/{case_id}/drafts/note", "/console/cases/{case_id}/drafts/proposal"
)
async def test_what_is_typed_is_kept_and_stands_in_the_form_again(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    sun, _ = await looking(visitors, case_id)
    await sun.submit("form-take")
    for kind, (form, typed) in DRAFTS.items():
        shown = await settled(sun, case_id, form)
        kept = await sun.post(f"/console/cases/{case_id}/drafts/{kind}", {**shown.forms[form].fields, **typed})
        assert (kept.status, kept.answer.text) == (200, "1")
        again = (await settled(sun, case_id, form)).forms[form].fields
        assert {name: again[name] for name in typed} == {name: [text] for name, text in typed.items()}
        late = await sun.post(f"/console/cases/{case_id}/drafts/{kind}", {**shown.forms[form].fields, **typed, "_revision": "0"})
        assert late.status == 409


async def test_a_saved_reply_is_filled_in_to_be_read_first(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    sun, _ = await looking(visitors, case_id)
    saved = {"name": "Hello", "words": {"zh": "您好 {{ case_id }}", "en": "Hello {{ case_id }}"}}
    assert (await web.person(Role.SUPERVISOR, "sun").put("/v1/saved-replies/hello-page", saved)).status_code == 201
    await sun.get(f"/console/cases/{case_id}")
    shown = await sun.submit("form-reply", _fill="hello-page:en")
    assert shown.forms["form-reply"].fields["words"] == [f"Hello {case_id}"]
    view = (await web.person(Role.SUPERVISOR, "sun").get(f"/v1/cases/{case_id}")).json()
    assert all(case_id not in one["words"] for one in view["sayings"])


async def test_the_whole_case_is_printed(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    sun, _ = await looking(visitors, case_id)
    printed = await sun.get(f"/console/cases/{case_id}/pdf")
    assert printed.answer.content.startswith(b"%PDF")
    assert (await sun.get("/console/cases/RD-000000000000/pdf")).status == 404


@pytest.mark.parametrize("path", ["/console/cases/RD-000000000000", "/console/cases/x/evidence/y"])
async def test_what_is_not_there_says_so(visitors: Visitors, path: str) -> None:
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    assert (await sun.get(path)).status == 404


async def test_customers_have_no_console(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    _, shown = await looking(visitors, case_id, Role.CUSTOMER, "C-9")
    assert shown.status == 403


async def test_what_was_done_is_said_on_its_own_page_and_in_no_other_tab(web: Web, visitors: Visitors) -> None:
    cases = [await opened(web) for _ in range(2)]
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    for case_id in cases:
        await sun.get(f"/console/cases/{case_id}")
        sun.http.follow_redirects = False  # the answer is on its way while the other tab asks for its page
        assert (await sun.submit("form-take")).status == 303
        sun.http.follow_redirects = True
    assert "Done:" not in (await sun.get("/console/queue")).text
    assert "Done:" not in (await sun.get(f"/console/cases/{cases[0]}", **{"Redress-Behind": "news"})).text
    for case_id in cases:
        assert "Done: Take the case." in (await sun.get(f"/console/cases/{case_id}")).text
        assert "Done:" not in (await sun.get(f"/console/cases/{case_id}")).text
