"""The pictures of the README: made anew in docs/images where REDRESS_PICTURES is set, elsewhere only to see that they can be."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, ViewportSize

from models.common.vocabulary import Role
from settings import ROOT
from tests.pages.conftest import SignIn
from tests.support.processes.api import Web

pytestmark = [pytest.mark.slow, pytest.mark.long]

SIZE = ViewportSize(width=1200, height=760)
MOST = 120 * 1024
STORIES = (
    ("complaint", "logistics.damaged", "The parcel was crushed, and one of the cups is broken."),
    ("after_sales", "product.not_as_described", "The jacket is grey, not blue as on the picture."),
    ("after_sales", "payment.refund_not_arrived", "You promised my money for last week. Where is it?"),
    ("complaint", "product.quality_defect", "The kettle leaks since its second day. I would like my money back."),
)


async def picture(page: Page, path: Path) -> None:
    """With few colours, which is what such a page has."""
    shot = Image.open(io.BytesIO(await page.screenshot()))
    shot.convert("RGB").quantize(96).save(path, optimize=True)
    assert path.stat().st_size <= MOST


async def test_the_pictures_of_the_readme_are_made(web: Web, sign_in: SignIn, tmp_path: Path) -> None:
    folder = ROOT / "docs" / "images" if os.environ.get("REDRESS_PICTURES") else tmp_path
    case_id = ""
    for kind, issue, words in STORIES:
        customer, _, order = web.customer()
        case_id = await web.open(customer, order_id=order, kind=kind, issue=issue, description=words)
        await web.row(case_id, lambda row: row.stage in {"investigation", "resolution"})
    page = await sign_in(Role.SUPERVISOR, "sun", viewport=SIZE, timezone_id="Europe/Berlin")
    await page.goto("/console/queue?sort=-opened_at&merged=false")
    await page.get_by_text(case_id).wait_for()
    await picture(page, folder / "queue.png")
    await page.goto(f"/console/cases/{case_id}")
    await page.keyboard.press("t")
    await page.locator(".told").wait_for()
    await page.goto(f"/console/cases/{case_id}")
    await page.keyboard.press("r")
    await page.locator("#form-reply textarea").fill("I am sorry about the kettle. Please send us a short video of the leak.")
    await picture(page, folder / "case.png")
