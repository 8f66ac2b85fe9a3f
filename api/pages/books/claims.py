"""Claims on carriers, recoveries from merchants, credits to them: listed with totals, and each with what may be done."""

from fastapi import APIRouter, Response

from api.claims import endpoints as claims
from api.claims.examples import CLAIM_SHAPES
from api.http.dependencies import only_for
from api.pages.forms import FormOf
from api.pages.navigation import INSIDE
from api.pages.page import PageOf
from api.pages.routes import PageRoute
from models.claims.actions import ClaimAction
from models.claims.state import ClaimKind, ClaimStatus
from models.common.vocabulary import Role

router = APIRouter(prefix="/console/books", route_class=PageRoute, include_in_schema=False)

HERE = "/console/books/claims"


@router.get("")
async def books(page: PageOf) -> Response:
    only_for(page.caller, INSIDE)
    return page.to(HERE)


@router.get("/claims")
async def list_claims(page: PageOf) -> Response:
    """With what all that fit the filters come to."""
    only_for(page.caller, INSIDE)
    query = page.asked(claims.ClaimQuery)
    found = await page.ask(claims.list_(page.parts, page.caller, query))
    opened = page.caller.role is not Role.ANALYST  # who sees figures, never a claim
    return page.show(
        "books/claims.html", found=found, query=query, opened=opened, kinds=tuple(ClaimKind), statuses=tuple(ClaimStatus)
    )


@router.get("/claims/{claim_id}")
async def show_claim(page: PageOf, claim_id: str) -> Response:
    """With its proofs, its history, and what may be done now."""
    claim = await page.ask(claims.show(page.parts, page.caller, page.locale, claim_id))
    return page.show("books/claim.html", claim=claim)


@router.post("/claims/{claim_id}/{action}")
async def act(page: PageOf, form: FormOf, claim_id: str, action: ClaimAction) -> Response:
    """As the API's action of the claim."""
    body = form.into(CLAIM_SHAPES[action])
    await page.ask(claims.perform(page.parts, page.caller, claim_id, action, body=body, key=form.key))
    return page.to(f"{HERE}/{claim_id}", f"claims.done_{action}")
