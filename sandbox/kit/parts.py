"""What the sandbox's routes share: its orders, its books, its faults, and who may call."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from pydantic import BaseModel

from models.common.partner_registry import Partner
from sandbox.catalogue.orders import Catalogue
from sandbox.kit.books import Books
from sandbox.kit.faults import Fault, Faults, FaultyRoute
from sandbox.kit.webhooks import Webhooks


@dataclass(frozen=True)
class Options:
    """How the sandbox behaves; the defaults are those of `make run`."""

    token: str = "sandbox"  # noqa: S105  # the one that a newcomer's Redress has, too
    refund_delay: timedelta = timedelta(seconds=2)
    """From accepted to arrived."""
    answer_delay: timedelta = timedelta(seconds=2)
    """From a question to the answer of a recipient that answers."""


@dataclass(frozen=True)
class Sandbox:
    options: Options
    books: Books
    catalogue: Catalogue
    faults: Faults
    webhooks: Webhooks


def _sandbox(request: Request) -> Sandbox:
    return request.app.state.sandbox


def _faults(request: Request) -> frozenset[Fault]:
    return getattr(request.state, "quiet_faults", frozenset[Fault]())


SandboxOf = Annotated[Sandbox, Depends(_sandbox)]
FaultsOf = Annotated[frozenset[Fault], Depends(_faults)]


def bearer(sandbox: SandboxOf, authorization: Annotated[str, Header()] = "") -> None:
    """Every call of a contract carries the token."""
    if not secrets.compare_digest(authorization.encode(), f"Bearer {sandbox.options.token}".encode()):
        raise HTTPException(401, "send Authorization: Bearer and the token that was agreed on", {"WWW-Authenticate": "Bearer"})


def contract(partner: Partner, path: str = "") -> APIRouter:
    """Routes of a partner's contract, or of its part under `path`: they need the token, and go wrong on demand."""
    return APIRouter(prefix=f"/{partner}{path}", tags=[partner], route_class=FaultyRoute, dependencies=[Depends(bearer)])


def key_of(idempotency_key: Annotated[str, Header(min_length=1, max_length=200)]) -> str:
    """Every write of a contract carries its key."""
    return idempotency_key


KeyOf = Annotated[str, Depends(key_of)]


def answer(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, media_type="application/json")
