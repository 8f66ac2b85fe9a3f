"""Temporal's Web UI has what it shows decrypted here, for supervisors, each time on record (docs/payloads.md).

The UI sends the access token of its own sign-in (OIDC), or, where it has none, the cookie of ours: a token that is left at `/codec/sign-in`.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPAuthorizationCredentials
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from temporalio.api.common.v1 import Payload, Payloads

from adapters.database import reads
from adapters.database.reads import Reading
from adapters.payloads.converter import CaseCodec, name_in
from adapters.payloads.data_keys import OF_NO_CASE, DataKeys
from api.http.auth import Caller
from api.http.dependencies import Bearer, Parts, PartsOf, caller_of, only_for
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
COOKIE = "redress-codec"
SUPERVISORS = frozenset({Role.SUPERVISOR})
PAGE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>Redress</title></head><body>
<h1>查看加密内容 · Read what is encrypted</h1>
<p>请粘贴主管令牌（redress token --role supervisor）。Paste a supervisor's token. 每次解密都会留下记录。Each decryption is on record.</p>
<input id="token" type="password" size="60" autocomplete="off"> <button id="go">登录 · Sign in</button> <p id="said"></p>
<script>
document.getElementById("go").onclick = async () => {
  const token = document.getElementById("token").value.trim();
  const answer = await fetch("/codec/sign-in", {method: "POST", headers: {Authorization: "Bearer " + token}});
  document.getElementById("said").textContent = answer.ok
    ? "已登录，请返回 Temporal 界面。Signed in: go back to the Web UI." : (await answer.json()).detail;
};
</script></body></html>
"""

router = APIRouter(prefix=PREFIX, include_in_schema=False, route_class=SeenRoute)


async def _reader(request: Request, parts: PartsOf, credentials: Bearer) -> AsyncGenerator[Caller]:
    """The bearer of the token, or of the cookie with it."""
    kept = request.cookies.get(COOKIE)
    if credentials is None and kept:
        credentials = HTTPAuthorizationCredentials(scheme="Bearer", credentials=kept)
    async with asynccontextmanager(caller_of)(request, parts, credentials) as caller:
        only_for(caller, SUPERVISORS)
        yield caller


ReaderOf = Annotated[Caller, Depends(_reader)]


@router.get("/sign-in")
async def sign_in_page() -> HTMLResponse:
    """Where somebody leaves their token when the Web UI has no sign-in of its own."""
    return HTMLResponse(PAGE)


@router.post("/sign-in", status_code=204)
async def sign_in(request: Request, caller: ReaderOf, credentials: Bearer, response: Response) -> None:
    """Keep the token as a cookie that only this address gets, until it expires."""
    token = credentials.credentials if credentials else request.cookies[COOKIE]
    left = caller.expires_at and int((caller.expires_at - datetime.now(UTC)).total_seconds())
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, max_age=left, path=PREFIX, secure=secure, httponly=True, samesite="strict")


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


class WebUi:
    """Lets pages of the Temporal Web UI, and no other site's, call the codec (CORS)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        here = (f"http://{host}:{settings.ui_port}" for host in (settings.temporal_host, "localhost"))
        self._open = CORSMiddleware(
            app,
            allow_origins=settings.web_ui_origins or tuple(here),
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type", "X-Namespace"],
            allow_credentials=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        opened = scope["type"] == "http" and scope["path"] == PATH
        await (self._open if opened else self._app)(scope, receive, send)
