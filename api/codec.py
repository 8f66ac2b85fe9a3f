"""Temporal's Web UI has what it shows decrypted here, for supervisors, each time on record (docs/payloads.md).

The UI sends the access token of its own sign-in (OIDC), or, where it has none, the cookie of the console's: who is signed in there is known here.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from temporalio.api.common.v1 import Payload, Payloads

from adapters.database import reads
from adapters.database.reads import Reading
from adapters.payloads.converter import CaseCodec, name_in
from adapters.payloads.data_keys import OF_NO_CASE, DataKeys
from api.http.auth import Caller
from api.http.dependencies import Bearer, Parts, PartsOf, only_for, serving
from api.http.problems import problem
from api.http.routes import SeenRoute
from models.case.desk_views import ReadKind
from models.common.actors import Actor
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType, Role
from models.tables.payloads import PayloadReadRow
from settings import Settings

PREFIX = "/codec"
PATH = f"{PREFIX}/decode"
MOST_BYTES = 16 * 1024 * 1024
"""Of a request: the UI sends a page of a history at a time."""
SUPERVISORS = frozenset({Role.SUPERVISOR})

router = APIRouter(prefix=PREFIX, include_in_schema=False, route_class=SeenRoute)


async def _reader(request: Request, parts: PartsOf, credentials: Bearer) -> AsyncGenerator[Caller]:
    """The bearer of the token, or who is signed in to the console, also when a page of the Web UI asks."""
    async with serving(request, parts, credentials, pages=origins(parts.settings)) as caller:
        only_for(caller, SUPERVISORS)
        yield caller


ReaderOf = Annotated[Caller, Depends(_reader)]


@router.post("/decode")
async def decode(request: Request, parts: PartsOf, caller: ReaderOf) -> Response:
    """The payloads in plain text. One that cannot be decrypted, as when its key was destroyed, comes back as it is."""
    try:
        asked = ParseDict(await request.json(), Payloads()).payloads
    except (ParseError, ValueError) as error:
        raise problem(ErrorType.INVALID, "This is no list of payloads.", "内容不是 payload 列表。", field="payloads") from error
    codec = CaseCodec(DataKeys(parts.database, parts.keyring))
    plain = [await _decoded(codec, payload) for payload in asked]
    await _put_on_record(parts, caller.actor, asked)
    return JSONResponse(MessageToDict(Payloads(payloads=plain)))


async def _decoded(codec: CaseCodec, payload: Payload) -> Payload:
    with suppress(RedressError):
        return (await codec.decode([payload]))[0]
    return payload


async def _put_on_record(parts: Parts, reader: Actor, payloads: Sequence[Payload]) -> None:
    """Before they see it."""
    names = Counter(name for payload in payloads if (name := name_in(payload)) is not None)
    now, who = datetime.now(UTC), f"{reader.role}:{reader.id}"
    async with parts.database.writing() as session:
        session.add_all(PayloadReadRow(at=now, reader=who, name=name, payloads=count) for name, count in names.items())
        of_cases = [Reading(name, ReadKind.DECODE) for name in names if name != OF_NO_CASE]
        await reads.write(session, reader, of_cases, now)


def origins(settings: Settings) -> tuple[str, ...]:
    """Where pages of the Web UI are from."""
    here = tuple(f"http://{host}:{settings.ui_port}" for host in (settings.temporal_host, "localhost"))
    return tuple(settings.web_ui_origins) or here


class WebUi:
    """Lets pages of the Temporal Web UI, and no other site's, call the codec (CORS)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=origins(settings),
            allow_methods=["POST"],
            allow_headers=["Authorization", "Authorization-Extras", "Content-Type", "X-Namespace"],  # the UI sends each of them
            allow_credentials=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        opened = scope["type"] == "http" and scope["path"] == PATH
        await (self._open if opened else self._app)(scope, receive, send)
