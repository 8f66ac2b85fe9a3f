"""Browsers that are signed in (docs/console.md): a cookie stands for a token, so that whoever has one is the same caller as with the other.

Another site's page can make a browser send our cookie. So what comes with a cookie and may change something has to come from a page of ours: its
`Origin` says so.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response

from adapters.database import sign_in
from adapters.database.engine import Database
from api.http.auth import Caller, unauthenticated
from api.http.problems import problem
from models.common.actors import Actor
from models.common.base import Bilingual
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType, Role
from settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""What changes nothing, wherever it comes from."""
OVER = Bilingual(
    en="You are signed out. Sign in again; you come back to this page.", zh="登录已失效，请重新登录；登录后将返回此页面。"
)


class Sessions:
    """Begins, reads and ends them. Raises RedressError (INVALID) for settings under which one would outlive its revocation."""

    def __init__(self, settings: Settings, database: Database) -> None:
        if settings.session_hours > settings.jwt_max_hours:
            detail = "REDRESS_SESSION_HOURS is at most REDRESS_JWT_MAX_HOURS: what was revoked is remembered for that long."
            raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, field="session_hours"))
        self._database, self._own = database, urlsplit(settings.public_url or "").netloc
        self._encrypted = (settings.public_url or "").startswith("https://")
        self._life, self._idle = timedelta(hours=settings.session_hours), timedelta(minutes=settings.session_idle_minutes)

    async def begin(self, request: Request, response: Response, actor: Actor, until: datetime | None = None) -> None:
        """Sign the browser in, instead of whoever it was before, for `session_hours`; `until`: no longer than that."""
        expires_at = datetime.now(UTC) + self._life
        async with self._database.writing() as session:
            if (before := self._cookie(request)) is not None:
                await sign_in.end(session, before)
            secret = await sign_in.begin(session, actor, min(expires_at, until or expires_at))
        secure = self.secure(request)
        response.set_cookie(self._name(request), secret, path="/", secure=secure, httponly=True, samesite="lax")

    async def caller(self, request: Request, pages: Collection[str] = ()) -> Caller | None:
        """Who is signed in; None: the browser brings no cookie. `pages`: origins whose pages may ask beside our own.

        Raises ProblemError: 401 for one that is over, 403 for another site's page.
        """
        secret = self._cookie(request)
        if secret is None:
            return None
        if request.headers.get("origin") not in pages:
            self.refuse_other_sites(request)
        async with self._database.reading() as session:
            row = await sign_in.session_of(session, secret, self._idle)
        if row is None:
            raise unauthenticated(OVER)
        if datetime.now(UTC) - row.seen_at > sign_in.SEEN_EVERY:
            async with self._database.writing() as session:
                await sign_in.seen(session, row)
        actor = Actor(role=Role(row.role), id=row.person, teams=tuple(row.teams))
        return Caller(actor, token_id=row.id, issued_at=row.created_at, expires_at=row.expires_at)

    async def end(self, request: Request, response: Response) -> None:
        """Sign the browser out."""
        secret = self._cookie(request)
        if secret is not None:
            async with self._database.writing() as session:
                await sign_in.end(session, secret)
        response.delete_cookie(self._name(request), path="/", secure=self.secure(request), httponly=True, samesite="lax")

    def refuse_other_sites(self, request: Request) -> None:
        """403 for a request that may change something and does not come from a page of ours."""
        if request.method in SAFE:
            return
        origin = urlsplit(request.headers.get("origin", "")).netloc
        if not origin or origin not in {request.headers.get("host"), self._own}:
            raise problem(
                ErrorType.NOT_ALLOWED_FOR_ROLE,
                "This request does not come from a page of ours (its header Origin), so the cookie does not count. Open the page and try again.",
                "该请求不是来自本系统的页面（Origin 请求头），登录状态无效。请打开页面后重试。",
                field="Origin",
                rule="origin",
            )

    def secure(self, request: Request) -> bool:
        """Whether the browser talks to us by https; a cookie is then sent by nothing else."""
        return self._encrypted or request.url.scheme == "https"

    def _name(self, request: Request) -> str:
        return "__Host-redress" if self.secure(request) else "redress"

    def _cookie(self, request: Request) -> str | None:
        return request.cookies.get(self._name(request)) or None
