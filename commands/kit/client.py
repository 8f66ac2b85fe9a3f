"""The public HTTP API as the commands use it: a token, a request, and problems (RFC 9457) turned into sentences."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
import typer

from commands.kit.failure import CommandError
from commands.kit.language import language, say
from models.common.vocabulary import Role
from settings import Settings

ApiOption = Annotated[
    str | None, typer.Option("--api", envvar="REDRESS_API_URL", help="Address of the API.", show_default="this machine's")
]
TokenOption = Annotated[str | None, typer.Option("--token", envvar="REDRESS_TOKEN", help="Bearer token; wins over --as.")]
AsOption = Annotated[
    str,
    typer.Option("--as", metavar="ROLE:ID", help="Who acts; a token is made with the secret in the data folder."),
]


TRIES = 6
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
BUSY = frozenset({429, 500, 502, 503, 504})


async def patiently(send: Callable[[], Awaitable[httpx.Response]], *, tries: int = TRIES, absent: bool = True) -> httpx.Response:
    """The final word on a request that may be sent again: one that only looks, or has an Idempotency-Key.

    It is sent again when the connection breaks before the answer is whole, and while the API is busy: slower each time, and as late as it says.
    `absent`: also when nobody was there to begin with. Raises httpx.TransportError in the end.
    """
    pause = FIRST_PAUSE
    for _ in range(tries - 1):
        asked = ""
        try:
            answer = await send()
        except httpx.ConnectError:
            if not absent:
                raise
        except httpx.TransportError:
            absent = True  # it was there, and may be coming back
        else:
            if answer.status_code not in BUSY:
                return answer
            asked = answer.headers.get("Retry-After", "")
        await asyncio.sleep(min(float(asked), LONGEST_PAUSE) if asked.isdigit() else pause)
        pause = min(pause * 2, LONGEST_PAUSE)
    return await send()


@dataclass(frozen=True)
class Caller:
    """Where the API is and with which token it is asked."""

    address: str
    token: str

    @classmethod
    def of(cls, api: str | None, token: str | None, as_: str) -> "Caller":
        settings = Settings()
        return cls((api or settings.api_url).rstrip("/"), token or local_token(settings, as_))

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": language().value}

    def connect(self, **options: Any) -> httpx.AsyncClient:
        """A client; used in `async with`."""
        return httpx.AsyncClient(base_url=self.address, headers=self.headers, timeout=30, **options)

    async def ask(self, http: httpx.AsyncClient, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer, when it is a good one; a POST has an Idempotency-Key. Raises CommandError with the problem's words otherwise."""
        try:
            answer = await patiently(lambda: http.request(method, path, **options), tries=4, absent=False)
        except httpx.TransportError as error:
            raise self.unreachable() from error
        if answer.is_error:
            raise CommandError(problem_of(answer))
        return answer

    def unreachable(self) -> CommandError:
        return CommandError(say("api_unreachable", address=self.address))


def local_token(settings: Settings, as_: str) -> str:
    """A token for `role:id` by the secret in the data folder; one of the staff is entered in the table of people."""
    # not needed by those who bring a token, and slow to import
    from api.http.auth import make_token  # noqa: PLC0415
    from commands.kit.people import let_in  # noqa: PLC0415

    role, _, subject = as_.partition(":")
    try:
        made = make_token(settings, Role(role), subject)
    except ValueError as error:
        raise CommandError(say("bad_actor", roles=", ".join(sorted(Role.people())))) from error
    asyncio.run(let_in(settings, Role(role), subject))  # where that fails, the API says what is wrong
    return made


def problem_of(answer: httpx.Response) -> str:
    """A problem as sentences: what was wrong, field by field, and what may be done instead."""
    try:
        body: dict[str, Any] = answer.json()
    except ValueError:
        return f"{answer.status_code} {answer.reason_phrase}"
    errors: list[dict[str, Any]] = body.get("errors") or []
    fields = [f"{error.get('field')}: {error.get('detail')}" for error in errors]
    detail = str(body.get("detail") or body.get("title") or answer.reason_phrase)
    if not fields and body.get("field") and str(body["field"]) not in detail:
        fields = [str(body["field"])]
    rule = f" ({body['rule']})" if body.get("rule") else ""
    allowed = [say("try_next", allowed=", ".join(body["allowed"]))] if body.get("allowed") else []
    return "\n".join([f"{answer.status_code}: {detail}{rule}", *(f"  {line}" for line in fields), *allowed])


def _whoami() -> str:
    name = "".join(letter for letter in os.environ.get("USER", "") if letter.isascii() and (letter.isalnum() or letter in "._-"))
    return f"agent:{name or 'terminal'}"


WHO_AM_I = _whoami()
"""The agent that this terminal's user is, unless --as says otherwise."""
