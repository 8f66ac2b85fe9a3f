"""What the sandbox's routes share: its orders, its books, its faults, and who may call."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from pydantic import BaseModel

from models.common.credentials import Credentials
from models.common.partner_registry import Partner
from sandbox.catalogue.orders import Catalogue
from sandbox.kit.books import Books
from sandbox.kit.faults import Fault, Faults, FaultyRoute
from sandbox.kit.webhooks import Webhooks


@dataclass(frozen=True)
class Options:
    """How the sandbox behaves; the defaults are those of `make run`."""

    token: str | None = "sandbox"  # noqa: S105  # for whoever plays with a sandbox by itself
    """Lets callers in to every partner; None: each has the tokens of its credentials alone."""
    refund_delay: timedelta = timedelta(seconds=2)
    """From accepted to arrived."""
    answer_delay: timedelta = timedelta(seconds=2)
    """From a question to the answer of a recipient that answers."""
    times: int = 1
    """How often there are all of the catalogue's orders."""


@dataclass(frozen=True)
class Sandbox:
    options: Options
    books: Books
    catalogue: Catalogue
    faults: Faults
    webhooks: Webhooks
    tokens: Mapping[Partner, frozenset[str]]
    """Of each partner's credentials."""


def tokens_of(credentials: Mapping[str, Credentials]) -> Mapping[Partner, frozenset[str]]:
    """What callers may show each kind of partner; merchants and carriers with credentials of their own are played along."""
    return {
        partner: frozenset(
            token.get_secret_value()
            for name, own in credentials.items()
            if name.partition("/")[0] == partner.value
            for token in own.token
        )
        for partner in Partner
    }


def _sandbox(request: Request) -> Sandbox:
    return request.app.state.sandbox


def _faults(request: Request) -> frozenset[Fault]:
    return getattr(request.state, "quiet_faults", frozenset[Fault]())


SandboxOf = Annotated[Sandbox, Depends(_sandbox)]
FaultsOf = Annotated[frozenset[Fault], Depends(_faults)]


def bearer(partner: Partner) -> Callable[..., None]:
    """Every call of a contract carries a token of that partner."""

    def check(sandbox: SandboxOf, authorization: Annotated[str, Header()] = "") -> None:
        shown = authorization.removeprefix("Bearer ").encode()
        accepted = {*sandbox.tokens[partner], *([sandbox.options.token] if sandbox.options.token else [])}
        if not any(secrets.compare_digest(shown, token.encode()) for token in accepted):
            raise HTTPException(
                401, "send Authorization: Bearer and the token that was agreed on", {"WWW-Authenticate": "Bearer"}
            )

    return check


def contract(partner: Partner, path: str = "") -> APIRouter:
    """Routes of a partner's contract, or of its part under `path`: they need the token, and go wrong on demand."""
    return APIRouter(prefix=f"/{partner}{path}", tags=[partner], route_class=FaultyRoute, dependencies=[Depends(bearer(partner))])


def key_of(idempotency_key: Annotated[str, Header(min_length=1, max_length=200)]) -> str:
    """Every write of a contract carries its key."""
    return idempotency_key


KeyOf = Annotated[str, Depends(key_of)]


def answer(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, media_type="application/json")
