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


PLACES = (Place("/console/queue", "nav.queue", Role.platform(), "q"),)
"""A page that is reached from every page is one line here."""


def places_of(role: Role) -> Sequence[Place]:
    """Where the role may go; the first is where they begin."""
    return [place for place in PLACES if role in place.roles]


def own_address(address: str | None) -> str:
    """The address, when it is one of our pages; else where these begin: nobody is sent elsewhere by a link of ours."""
    if not address or not address.isprintable() or "\\" in address:
        return CONSOLE
    split = urlsplit(address)
    ours = any(f"{split.path}/".startswith(f"{root}/") for root in (CONSOLE, SIGN_IN))
    return address if ours and not split.scheme and not split.netloc else CONSOLE
