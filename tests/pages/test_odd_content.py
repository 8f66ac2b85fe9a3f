"""What people send that nobody expects: thousands of lines, names of every script, markup, more files than anybody looks at."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from playwright.async_api import Page, expect

from models.case.state import CaseState
from models.common.actors import EvidenceRef
from models.common.vocabulary import Role
from tests.pages.conftest import SignIn
from tests.pages.test_case import opened
from tests.pages.test_console import look
from tests.support.builders.orders import line, order, parcel
from tests.support.builders.pictures import picture
from tests.support.processes.api import Web

pytestmark = [pytest.mark.slow, pytest.mark.long]

HEBREW, ARABIC, TAG = "שרה לוי 7", "مريم 刘洋 (VIP)", "דחוף-刘"
MARKUP = """"><img src=x onerror="window.hit = 1"></textarea><script>window.hit = 1</script>&lt;b&gt;"""
MIXED = f"{ARABIC} {MARKUP}"
LINES = "\n".join(["x"] * 3_900)
PIECES = 200
NOT_ALONE = """
[...document.querySelectorAll('body *')].flatMap(one => [...one.childNodes]).filter(
  node => node.nodeType === 3 && /[\\u0590-\\u06ff]/.test(node.data) && !node.parentElement.closest('bdi, [dir=auto], title, datalist')
).map(node => node.parentElement.outerHTML.slice(0, 200))
"""
"""Text in which letters run from right to left, and nothing keeps what stands beside it in its place."""


async def of_many_scripts(web: Web) -> str:
    """A case of which everybody and everything has a name that is not Latin alone."""
    number = time.time_ns()
    who, ordered = f"{HEBREW} {number}", f"O-{ARABIC}-{number}"
    goods = line("L1", title=f"חולצה {MARKUP}")
    sent = parcel(f"O-{number}").model_copy(update={"order_id": ordered, "signed_by": HEBREW})
    web.service.world.add(order(ordered, goods, customer=who), sent)
    customer = web.person(Role.CUSTOMER, who)
    wanted = {"kind": "complaint", "issue": "product.quality_defect", "wanted": {"remedy": "refund_only"}}
    file = (await customer.upload(picture(), f"{MIXED}.png")).json()["sha256"]
    case_id = await web.open(customer, order_id=ordered, description=MIXED, evidence=[file], **wanted)
    await web.row(case_id, lambda row: row.stage in {"investigation", "resolution"})
    return case_id


async def text_of(page: Page, selector: str) -> str:
    return await page.locator(selector).first.evaluate("one => one.textContent")


async def test_names_and_words_of_every_script_stay_by_themselves_and_run_nothing(web: Web, sign_in: SignIn) -> None:
    case_id = await of_many_scripts(web)
    page = await sign_in(Role.SUPERVISOR, HEBREW)
    sun = web.person(Role.SUPERVISOR, HEBREW)
    for act, body in (("take", {}), ("tag", {"add": [TAG]}), ("note", {"words": MIXED}), ("watch", {})):
        answer = await sun.post(f"/v1/cases/{case_id}/{act}", body)
        assert answer.status_code == 200, answer.text
    view = {"name": f"{HEBREW} <img src=x onerror='window.hit=1'>", "filters": {"tag": [TAG]}}
    kept = await sun.put("/v1/saved-views/odd", view)
    assert kept.status_code in {200, 201}, kept.text
    amiss: list[str] = []
    for address in (
        f"/console/cases/{case_id}",
        "/console/queue",
        "/console/queue?kind=complaint&sort=-opened_at",
        "/console/cases?kind=complaint",
        "/console/supervision/people",
        f"/console/supervision/people/{HEBREW}",
        "/console/supervision/decisions?pile=overdue",
        f"/console/library?q={HEBREW}",
    ):
        answer = await page.goto(address)
        assert answer is not None
        assert answer.ok, address
        await look(page, f"scripts-{address.partition('?')[0].strip('/').replace('/', '-')[:40]}")
        amiss += [f"{address}: {one}" for one in await page.evaluate(NOT_ALONE)]
        assert await page.evaluate("window.hit") is None, address
        assert await page.locator("img[src=x]").count() == 0, address
    assert not amiss, "\n".join(amiss)
    await page.goto(f"/console/cases/{case_id}")
    assert MIXED in await text_of(page, "#case-talk .words")


async def test_thousands_of_lines_are_folded_and_what_was_said_before_is_a_page_away(web: Web, sign_in: SignIn) -> None:
    customer, _, ordered = web.customer()
    wanted = {"kind": "complaint", "issue": "product.quality_defect", "wanted": {"remedy": "refund_only"}}
    case_id = await web.open(customer, order_id=ordered, description=LINES, **wanted)
    await web.row(case_id, lambda row: row.stage in {"investigation", "resolution"})
    for number in range(45):
        said = await customer.post(f"/v1/cases/{case_id}/add_words", {"words": f"No. {number}. {LINES if number > 42 else ''}"})
        assert said.status_code == 200, said.text
    page = await sign_in(Role.SUPERVISOR, "sun", viewport={"width": 1200, "height": 900})
    await page.goto(f"/console/cases/{case_id}")
    talk = page.locator("#case-talk")
    await expect(talk).to_contain_text("No. 44.")
    assert "No. 4." not in await talk.inner_text()
    await look(page, "lines")
    assert await page.evaluate("document.documentElement.scrollHeight") < 12 * 900
    first = talk.locator(".said").first
    height = (
        "document.querySelector('#case-talk .said').offsetHeight"  # of the one that is there now: news put parts in place anew
    )
    folded = await page.evaluate(height)
    await first.get_by_text("Show the rest").click()
    await page.wait_for_function(f"folded => {height} > 20 * folded", arg=folded)
    assert "".join(await first.locator(".words").all_inner_texts()).count("x") == 3_900
    await talk.get_by_role("link", name="5 before these").click()
    await expect(talk).to_contain_text("No. 4.")
    assert "No. 44." not in await talk.inner_text()
    await talk.get_by_role("link", name="The newest").click()
    await expect(talk).to_contain_text("No. 44.")


async def test_ten_thousand_lines_are_refused_and_stay_where_they_were_typed(web: Web, sign_in: SignIn) -> None:
    page, case_id = await sign_in(Role.SUPERVISOR, "sun", viewport={"width": 1200, "height": 900}), await opened(web)
    await page.goto(f"/console/cases/{case_id}")
    await page.keyboard.press("c")
    words = "\n".join(f"line {number} of what the customer forwarded" for number in range(10_000))
    await page.locator("#form-note textarea").evaluate("(one, words) => { one.value = words; }", words)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#form-note [role=alert]")).to_contain_text("8000")
    assert await page.locator("#form-note textarea").input_value() == words
    assert 0 < await page.evaluate("document.querySelector('#form-note textarea').offsetHeight") < 900
    await expect(page.locator("#form-note button.main")).to_be_visible()
    noted = (await web.person(Role.SUPERVISOR, "sun").get(f"/v1/cases/{case_id}/timeline")).json()["entries"]
    assert "case.noted" not in [one["event"] for one in noted]


async def with_pieces(web: Web, case_id: str) -> Sequence[str]:
    """More evidence than a policy allows today, as a case of another time may have; what the fold hides first is in no store."""
    sun = web.person(Role.SUPERVISOR, "sun")
    given = [
        EvidenceRef(sha256=f"{number:064x}", media_type="image/png", size=100, name=f"{number}.png") for number in range(PIECES)
    ]
    for number in (0, PIECES - 2, PIECES - 1):
        stored = (await sun.upload(picture("PNG", colour=f"#{number:02x}5a5a"), f"{number}.png")).json()
        given[number] = EvidenceRef.model_validate({name: stored[name] for name in EvidenceRef.model_fields})
    row = await web.row(case_id)
    async with web.service.database.writing() as session:
        state = CaseState.model_validate(row.state)
        receipt = state.receipt.model_copy(update={"evidence": tuple(given)})
        row.state = state.model_copy(update={"receipt": receipt}).model_dump(mode="json", by_alias=True)
        session.add(await session.merge(row))
    return [one.sha256 for one in given]


async def test_two_hundred_pieces_of_evidence_are_folded_and_each_is_looked_at(web: Web, sign_in: SignIn) -> None:
    case_id = await opened(web)
    hashes = await with_pieces(web, case_id)
    page = await sign_in(Role.SUPERVISOR, "sun", viewport={"width": 1200, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/thumbnail" in request.url else None)
    await page.goto(f"/console/cases/{case_id}", wait_until="networkidle")
    assert len(asked) < PIECES / 2
    await look(page, "pieces")
    await page.get_by_text("188 more pieces").click()
    assert await page.locator("#case-talk .piece").count() == PIECES
    await page.goto(f"/console/cases/{case_id}/evidence/{hashes[-2]}")
    await page.get_by_role("link", name="Next").click()
    await expect(page.get_by_role("heading", name="199.png")).to_be_visible()


async def test_too_many_files_are_refused_and_the_words_stay(web: Web, sign_in: SignIn) -> None:
    page, case_id = await sign_in(Role.SUPERVISOR, "sun"), await opened(web)
    await page.goto(f"/console/cases/{case_id}")
    await page.locator("#act-add_words > summary").click()
    await page.locator("#form-add_words textarea").fill("All of them, as you asked.")
    files: list[Any] = [{"name": f"{number}.png", "mimeType": "image/png", "buffer": picture()} for number in range(PIECES)]
    await page.locator("#form-add_words input[type=file]").set_input_files(files)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#form-add_words [role=alert]")).to_contain_text("At most 20 files")
    await expect(page.locator("#form-add_words textarea")).to_have_value("All of them, as you asked.")
