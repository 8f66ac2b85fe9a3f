"""What holds for every request and answer: only our own host names are answered to, and what leaves is neither kept nor guessed at."""

import hashlib
import re
from base64 import b64encode
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import ProblemError, problem, respond
from models.common.vocabulary import ErrorType
from settings import Settings

NOTHING_LOADED = "default-src 'none'; frame-ancestors 'none'"
"""The content security policy of an answer that is no page."""

INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class Doors:
    """Refuses a request for a host name that is not ours, and puts the headers of safety on every answer.

    An IP address is answered to whichever it is: another site's page cannot make a browser use one of ours as if it were its own, as it can
    with a name whose address it changes (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = {"localhost", settings.host, *settings.allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        page: list[Message] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Referrer-Policy", "no-referrer")
                headers.setdefault("Cache-Control", "no-store")
                if headers.get("content-type", "").startswith("text/html") and "content-security-policy" not in headers:
                    page.append(message)  # waits for its text, which says what it may run
                    return
                headers.setdefault("Content-Security-Policy", NOTHING_LOADED)
            elif page:
                start = page.pop()
                MutableHeaders(scope=start)["Content-Security-Policy"] = policy_of_page(message.get("body", b""))
                await send(start)
            await send(message)

        request = Request(scope)
        if self._answers_to(request.headers.get("host", "")):
            await self._app(scope, receive, sending)
        else:
            await respond(request, _misdirected())(scope, receive, sending)

    def _answers_to(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._names or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _misdirected() -> ProblemError:
    return problem(
        ErrorType.INVALID,
        "This host name is not one of ours. Use one that REDRESS_ALLOWED_HOSTS names.",
        "该主机名不属于本系统，请使用 REDRESS_ALLOWED_HOSTS 中的主机名。",
        field="Host",
        rule="host",
        status=421,
    )


@cache
def policy_of_page(page: bytes) -> str:
    """The content security policy that lets a page of ours run the scripts that it has in it, and load its own assets, and nothing else."""
    digests = (b64encode(hashlib.sha256(script).digest()).decode() for script in INLINE_SCRIPT.findall(page))
    scripts = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
