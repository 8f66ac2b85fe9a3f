"""Plays one story of `redress demo` over the public API: each person does their move when the case waits for them."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

from api.auth import make_token
from commands.client import problem_of
from commands.language import language
from commands.plots import USUAL, Maker, Plot, Scene
from models.vocabulary import Locale, Role, WaitFor
from settings import Settings

PATIENCE = 180.0
"""Seconds in which a story has to come to its end."""
LOOK_EVERY = 0.4
TRIES = 10
MOVED_ON = 409
"""Somebody or something was faster: look again."""
BUSY = frozenset({429, 503, 504})
AGENT, SUPERVISOR = "alice", "sun"


@dataclass
class Story:
    """A plot with its order, and how it goes."""

    plot: Plot
    order: Mapping[str, Any]
    case_id: str = ""
    view: dict[str, Any] = field(default_factory=dict[str, Any])
    last_move: str = ""
    trouble: str = ""
    over: bool = False

    @property
    def locale(self) -> Locale:
        """The customer's language, which everybody speaks to them."""
        return Locale(self.order["locale"])

    @property
    def closed(self) -> bool:
        return self.view.get("stage") == "closed"

    @property
    def waits_as_meant(self) -> bool:
        wait = self.view.get("waiting")
        return wait is not None and wait["for_"] == self.plot.leave_at

    @property
    def as_meant(self) -> bool:
        return not self.trouble and (self.waits_as_meant if self.plot.leave_at else self.closed)


class Stage:
    """Where the stories are played: the API, with a token for each person."""

    def __init__(self, settings: Settings, address: str, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._address = address
        self._http = http

    async def play(self, story: Story, tell: Callable[[], None]) -> None:
        """Open the case and act until the story's end, or until patience is lost."""
        until = monotonic() + PATIENCE
        try:
            await self._open(story)
            tell()
            await self._act(story, tell, until)
        except httpx.HTTPError as error:
            story.trouble = f"{type(error).__name__} {error}"
        story.over = True
        tell()

    async def _open(self, story: Story) -> None:
        plot, order = story.plot, story.order
        words = plot.words[story.locale is Locale.EN]
        case = {
            "kind": plot.kind,
            "channel": "app",
            "issue": plot.issue,
            "order_id": "O-0" if plot.wrong_order else order.get("order_id") if plot.state else None,
            "description": words,
            "wanted": {"remedy": plot.wanted} if plot.wanted else None,
            "customer": {"locale": story.locale, "name": order["customer_name"]},
        }
        body = {name: value for name, value in case.items() if value is not None}
        answer = await self._post(story, Role.CUSTOMER, "/v1/cases", body)
        if answer.is_error:
            story.trouble = problem_of(answer)
        else:
            story.case_id = answer.json()["case_id"]

    async def _act(self, story: Story, tell: Callable[[], None], until: float) -> None:
        left = {reason: list(moves) for reason, moves in story.plot.moves.items()}
        seen = -1
        while not story.trouble and not story.closed and not story.waits_as_meant:
            if monotonic() > until:
                story.trouble = "…"
                return
            view = await self._look(story)
            if view is not None and view["version"] >= seen:
                story.view = view
                tell()
                seen = max(seen, await self._move(story, left))
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self, story: Story) -> dict[str, Any] | None:
        path = f"{self._address}/v1/cases/{story.case_id}"
        answer = await self._http.get(path, headers=self._headers(Role.SUPERVISOR, story))
        return answer.json() if answer.is_success else None

    async def _move(self, story: Story, left: dict[WaitFor, list[Maker]]) -> int:
        """Let whoever's turn it is act; the case's version after that, -1 when nobody did."""
        wait = story.view["waiting"]
        if wait is None or story.waits_as_meant:
            return -1
        reason = WaitFor(wait["for_"])
        own = left.get(reason, [])
        maker = own[0] if own else USUAL.get(reason)
        scene = Scene(order=story.order, locale=story.locale, view=story.view)
        move = maker(scene) if maker else None
        if move is None:
            return -1
        answer = await self._post(story, move.role, f"/v1/cases/{story.case_id}/{move.action}", move.body)
        if answer.is_success:
            del own[:1]
            story.last_move = f"{move.role}: {move.action}"
            return int(answer.json()["version"])
        if answer.status_code != MOVED_ON and answer.status_code not in BUSY:
            story.trouble = f"{move.role} {move.action}: {problem_of(answer)}"
        return -1

    async def _post(self, story: Story, role: Role, path: str, body: Mapping[str, Any]) -> httpx.Response:
        headers = self._headers(role, story) | {"Idempotency-Key": uuid4().hex}
        for again in range(TRIES - 1, -1, -1):
            answer = await self._http.post(f"{self._address}{path}", json=dict(body), headers=headers)
            if answer.status_code not in BUSY or not again:
                return answer
            await asyncio.sleep(1)
        raise AssertionError

    def _headers(self, role: Role, story: Story) -> dict[str, str]:
        who = {
            Role.CUSTOMER: str(story.order["customer_id"]),
            Role.MERCHANT: str(story.order["merchant_id"]),
            Role.CARRIER: next(iter(story.view.get("carriers") or ()), "SF"),
            Role.SUPERVISOR: SUPERVISOR,
        }.get(role, AGENT)
        return {"Authorization": f"Bearer {make_token(self._settings, role, who)}", "Accept-Language": language().value}
