"""Signing in and out, the links that sign in once, and how one likes the pages."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from adapters.database import sign_in as kept
from api.http.budgets import UNAUTHENTICATED, address_of
from api.http.problems import ProblemError, problem
from api.pages.forms import FormOf
from api.pages.navigation import CONSOLE, SIGN_IN, own_address
from api.pages.page import PageOf, VisitOf
from api.pages.preferences import Preferences
from api.pages.routes import PageRoute
from models.common.actors import Actor
from models.common.vocabulary import ErrorType, Role

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Secret = Annotated[str, InPath(max_length=200)]
To = Annotated[str, Query(max_length=2000)]


@router.get(SIGN_IN)
async def sign_in(visit: VisitOf, to: To = CONSOLE) -> Response:
    """How one gets in here."""
    return visit.show("sign_in.html", to=own_address(to))


@router.get(SIGN_IN + "/link/{secret}")
async def link(visit: VisitOf, secret: Secret, to: To = CONSOLE) -> Response:
    """Who the link signs in. It is used by the button, so that a program that looks at links leaves it good."""
    visit.parts.budgets.take(visit.request, UNAUTHENTICATED, address_of(visit.request))
    async with visit.parts.database.reading() as session:
        row = await kept.link_of(session, secret)
    if row is None:
        raise _link_is_over()
    return visit.show("sign_in_link.html", role=row.role, person=row.person, to=own_address(to))


@router.post(SIGN_IN + "/link/{secret}")
async def use_link(visit: VisitOf, form: FormOf, secret: Secret) -> Response:
    """Sign in by the link, which is used up thereby."""
    parts = visit.parts
    parts.budgets.take(visit.request, UNAUTHENTICATED, address_of(visit.request))
    async with parts.database.writing() as session:
        row = await kept.link_of(session, secret)
        if row is None or not await kept.use_link(session, secret):
            raise _link_is_over()
    response = visit.to(own_address(form.text("_to")))
    await parts.sessions.begin(visit.request, response, Actor(role=Role(row.role), id=row.person))
    return response


@router.post("/sign-out")
async def sign_out(visit: VisitOf) -> Response:
    """Sign this browser out."""
    response = visit.to(SIGN_IN)
    await visit.parts.sessions.end(visit.request, response)
    return response


@router.post("/preferences")
async def preferences(visit: VisitOf, form: FormOf) -> Response:
    """Language, time zone, light or dark; back to the same page."""
    chosen = form.into(Preferences)
    response = visit.to(form.page)
    chosen.keep(response, secure=visit.parts.sessions.secure(visit.request))
    return response


@router.get("/")
async def root(visit: VisitOf) -> Response:
    return visit.to(CONSOLE)


@router.get(CONSOLE)
async def console(page: PageOf) -> Response:
    """Where the role begins."""
    if not page.places:
        raise problem(
            ErrorType.NOT_ALLOWED_FOR_ROLE,
            f"There are no pages for the role {page.caller.role}; its address is the API (/docs).",
            f"没有供 {page.caller.role} 使用的页面，请使用 API（/docs）。",
            rule="role",
        )
    return page.to(page.places[0].path)


def _link_is_over() -> ProblemError:
    return problem(
        ErrorType.NOT_FOUND,
        "This link is not good: it was used, it expired, or it is not one of ours. `redress sign-in` makes another.",
        "该链接无效：已使用、已过期或不是本系统的链接。请执行 `redress sign-in` 重新获取。",
        field="link",
        rule="sign-in",
    )
