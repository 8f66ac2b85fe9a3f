"""The addresses of pages: where they begin, which are reached from every page, and by whom."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from models.common.vocabulary import Role

CONSOLE, SIGN_IN = "/console", "/sign-in"


class Place(NamedTuple):
    """`text`: its name in `texts/`. `key`: what is pressed after `g` to go there."""

    path: str
    text: str
    roles: frozenset[Role]
    key: str


SUPERVISOR, INSIDE = frozenset({Role.SUPERVISOR}), Role.platform() | {Role.ANALYST}
PLACES = (
    Place("/console/queue", "nav.queue", Role.platform(), "q"),
    Place("/console/supervision", "nav.supervision", SUPERVISOR, "s"),
    Place("/console/books", "nav.books", INSIDE, "b"),
    Place("/console/figures", "nav.figures", INSIDE, "f"),
    Place("/console/knowledge", "nav.knowledge", INSIDE, "k"),
    Place("/console/library", "nav.library", INSIDE, "l"),
)
"""A page that is reached from every page is one line here."""
SECTIONS = (
    Place("/console/supervision/decisions", "nav.decisions", SUPERVISOR, "1"),
    Place("/console/supervision/people", "nav.people", SUPERVISOR, "2"),
    Place("/console/supervision/routing", "nav.routing", SUPERVISOR, "3"),
    Place("/console/supervision/policy", "nav.policy", SUPERVISOR, "4"),
    Place("/console/books/claims", "nav.claims", INSIDE, "1"),
    Place("/console/books/differences", "nav.differences", INSIDE, "2"),
    Place("/console/books/chargebacks", "nav.chargebacks", INSIDE, "3"),
    Place("/console/figures/reports", "nav.reports", SUPERVISOR | {Role.ANALYST}, "1"),
    Place("/console/figures/scorecards", "nav.scorecards", INSIDE, "2"),
    Place("/console/figures/reviews", "nav.reviews", INSIDE, "3"),
    Place("/console/figures/improvements", "nav.improvements", INSIDE, "4"),
    Place("/console/knowledge/entries", "nav.entries", INSIDE, "1"),
    Place("/console/knowledge/lessons", "nav.lessons", INSIDE, "2"),
)
"""The pages of a place, reached from one another. `key`: what is pressed to go there."""


def places_of(role: Role) -> Sequence[Place]:
    """Where the role may go; the first is where they begin."""
    return [place for place in PLACES if role in place.roles]


def sections_of(role: Role, path: str) -> Sequence[Place]:
    """The pages of the place to which a path belongs, for that role; the first is where the place begins."""
    place = next((one.path for one in PLACES if f"{path}/".startswith(f"{one.path}/")), None)
    return [one for one in SECTIONS if role in one.roles and place is not None and one.path.startswith(f"{place}/")]


def own_address(address: str | None) -> str:
    """The address, when it is one of our pages; else where these begin: nobody is sent elsewhere by a link of ours."""
    if not address or not address.isprintable() or "\\" in address:
        return CONSOLE
    split = urlsplit(address)
    ours = any(f"{split.path}/".startswith(f"{root}/") for root in (CONSOLE, SIGN_IN))
    return address if ours and not split.scheme and not split.netloc else CONSOLE
