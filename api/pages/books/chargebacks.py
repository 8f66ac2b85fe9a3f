"""Chargebacks (RES-12): listed, and each with the evidence that speaks for us, its deadline, and what may be answered."""

from fastapi import APIRouter, Response

from api.chargebacks import endpoints as chargebacks
from api.http.dependencies import only_for
from api.pages.forms import FormOf
from api.pages.navigation import INSIDE
from api.pages.page import PageOf
from api.pages.routes import PageRoute
from models.chargebacks.actions import CHARGEBACK_BODIES, ChargebackAction
from models.chargebacks.partner import ChargebackStatus
from models.chargebacks.state import AnswerState

router = APIRouter(prefix="/console/books/chargebacks", route_class=PageRoute, include_in_schema=False)

HERE = "/console/books/chargebacks"


@router.get("")
async def list_chargebacks(page: PageOf) -> Response:
    """The one that was heard of last first."""
    only_for(page.caller, INSIDE)
    query = page.asked(chargebacks.ChargebackQuery)
    found = await page.ask(chargebacks.list_(page.parts, page.caller, query))
    return page.show("books/chargebacks.html", found=found, query=query, statuses=tuple(ChargebackStatus))


@router.get("/{chargeback_id}")
async def show_chargeback(page: PageOf, chargeback_id: str) -> Response:
    """With its evidence, its history, and what may be done now."""
    only_for(page.caller, INSIDE)
    shown = await page.ask(chargebacks.show(page.parts, page.caller, page.locale, chargeback_id))
    return page.show("books/chargeback.html", chargeback=shown)


@router.post("/{chargeback_id}/{action}")
async def act(page: PageOf, form: FormOf, chargeback_id: str, action: ChargebackAction) -> Response:
    """As the API's action of the chargeback."""
    body = form.into(CHARGEBACK_BODIES[action])
    parts, caller, key = page.parts, page.caller, form.key
    done = await page.ask(chargebacks.perform(parts, caller, chargeback_id, action, body=body, key=key, language=page.locale))
    proposed = done.answer is not None and done.answer.state is AnswerState.PROPOSED
    return page.to(f"{HERE}/{chargeback_id}", "chargebacks.done_proposed" if proposed else f"chargebacks.done_{action}")
