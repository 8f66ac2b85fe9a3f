"""Plays one story of `redress demo` over the public API: each person does their move when the case waits for them."""

import asyncio
import io
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
from PIL import Image

from api.http.auth import make_token
from commands.demo.goods_and_money import USUAL
from commands.demo.plots import PICTURE, Happening, Maker, Move, Plot, Scene
from commands.kit.client import patiently, problem_of
from commands.kit.language import language
from models.common.vocabulary import Locale, Role, WaitFor
from settings import Settings

PATIENCE = 180.0
"""Seconds in which a story has to come to its end."""
AFTERWARDS = 20.0
"""Seconds for what goes on once a case is closed: a claim is settled."""
LOOK_EVERY = 0.4
THINKING = 6.0
"""Seconds that people take before they act, and the sandbox before something happens, where it is to be watched."""
MOVED_ON = 409
"""Somebody or something was faster: look again."""
NOT_THERE = 404
"""The sandbox has not heard of that charge or parcel yet."""
BUSY = frozenset({429, 503, 504})
AGENT, SUPERVISOR, APPROVER = "alice", "sun", "li"
"""Who works the stories' cases. The approver is another supervisor: nobody approves what they proposed (RES-4)."""


@dataclass
class Story:
    """A plot with its order, and how it goes."""

    plot: Plot
    order: Mapping[str, Any]
    asks_a_temper: bool = False
    """The order's merchant has another temper than the plot wants, and gets that for this order."""
    case_id: str = ""
    twin: str = ""
    """The second case of a plot that has one."""
    view: dict[str, Any] = field(default_factory=dict[str, Any])
    last_move: str = ""
    trouble: str = ""
    over: bool = False
    happened: set[str] = field(default_factory=set[str])
    """What was done to parcels, charges, claims: nobody does it twice."""

    @property
    def locale(self) -> Locale:
        """The customer's language, which everybody speaks to them."""
        return Locale(self.order["locale"])

    @property
    def closed(self) -> bool:
        return self.view.get("stage") == "closed"

    def waits_for(self, reason: WaitFor) -> bool:
        wait = self.view.get("waiting")
        return wait is not None and wait["for"] == reason

    @property
    def waits_as_meant(self) -> bool:
        return self.plot.leave_at is not None and self.waits_for(self.plot.leave_at)

    @property
    def unproved(self) -> str:
        """What the plot says of the case's end and is not so."""
        missing = (proof.words[language() is Locale.EN] for proof in self.plot.proofs if not proof.holds(self.view))
        return "; ".join(missing)

    @property
    def as_meant(self) -> bool:
        return not self.trouble and (self.waits_as_meant if self.plot.leave_at else self.closed and not self.unproved)

    @property
    def scene(self) -> Scene:
        return Scene(order=self.order, locale=self.locale, view=self.view, twin=self.twin)


class Stage:
    """Where the stories are played: the API, with a token for each person, and the sandbox, where parcels move."""

    def __init__(self, settings: Settings, address: str, sandbox: str, http: httpx.AsyncClient, thinking: float = 0.0) -> None:
        self._thinking = thinking
        self._settings = settings
        self._address = address
        self._sandbox = sandbox
        self._http = http

    async def employ_approver(self) -> None:
        """They get no cases."""
        person = {"name": APPROVER, "role": Role.SUPERVISOR, "present": False}
        headers = self._headers_of(Role.SUPERVISOR, SUPERVISOR)
        answer = await self._sent("PUT", f"{self._address}/v1/agents/{APPROVER}", json=person, headers=headers)
        answer.raise_for_status()

    async def play(self, story: Story, tell: Callable[[], None]) -> None:
        """Open the case and act until the story's end, or until patience is lost."""
        until = monotonic() + PATIENCE * (1 + self._thinking)
        try:
            if story.plot.asks_first:
                await self._ask(story)
            await self._open(story)
            tell()
            await asyncio.sleep(self._thinking)
            await self._act(story, tell, until)
            await self._see_the_rest(story, min(until, monotonic() + AFTERWARDS))
        except httpx.HTTPError as error:
            story.trouble = f"{type(error).__name__} {error}"
        story.over = True
        tell()

    async def _ask(self, story: Story) -> None:
        """Before there is a case: may the customer have what they will ask for?"""
        wanted = story.plot.wanted(story.scene)["remedy"] if story.plot.wanted else None
        question = {"order_id": story.order["order_id"], "issue": story.plot.issue}
        answer = await self._post(story, Role.CUSTOMER, "/v1/eligibility", question)
        if answer.is_error:
            story.trouble = problem_of(answer)
            return
        remedies = [remedy for line in answer.json()["lines"] for remedy in line["remedies"] if remedy["kind"] == wanted]
        story.trouble = "; ".join(remedy["reason"] for remedy in remedies if not remedy["allowed"])

    async def _open(self, story: Story) -> None:
        plot, order = story.plot, story.order
        if story.trouble:
            return
        case = {
            "kind": plot.kind,
            "channel": "app",
            "issue": plot.issue,
            "order_id": "O-0" if plot.wrong_order else order.get("order_id") if plot.state else None,
            "description": plot.words[story.locale is Locale.EN],
            "wanted": plot.wanted(story.scene) if plot.wanted else None,
            "customer": {"locale": story.locale, "name": order["customer_name"], **plot.contact},
            "evidence": await self._photo(story, Role.CUSTOMER) if plot.photo else None,
        }
        body = {name: value for name, value in case.items() if value is not None}
        if plot.twin is not None:
            issue, *said = plot.twin
            story.twin = await self._opened(story, {**body, "issue": issue, "description": said[story.locale is Locale.EN]})
        story.case_id = await self._opened(story, body)

    async def _opened(self, story: Story, body: Mapping[str, Any]) -> str:
        answer = await self._post(story, Role.CUSTOMER, "/v1/cases", body)
        if answer.is_error:
            story.trouble = problem_of(answer)
            return ""
        return str(answer.json()["case_id"])

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
                moved = story.last_move
                seen = max(seen, await self._move(story, left))
                if story.last_move != moved:
                    await asyncio.sleep(self._thinking)
            await asyncio.sleep(LOOK_EVERY)

    async def _see_the_rest(self, story: Story, until: float) -> None:
        """A closed case's claims outlive it for a moment."""
        while not story.trouble and story.closed and story.unproved and monotonic() < until:
            await asyncio.sleep(LOOK_EVERY)
            story.view = await self._look(story) or story.view
        if story.closed and not story.plot.leave_at:
            story.trouble = story.trouble or story.unproved

    async def _look(self, story: Story) -> dict[str, Any] | None:
        path = f"{self._address}/v1/cases/{story.case_id}"
        answer = await self._sent("GET", path, headers=self._headers_of(Role.SUPERVISOR, SUPERVISOR))
        return answer.json() if answer.is_success else None

    async def _move(self, story: Story, left: dict[WaitFor, list[Maker]]) -> int:
        """Let whoever's turn it is act; the case's version after that, -1 when nobody did."""
        wait = story.view["waiting"]
        if wait is None or story.waits_as_meant:
            return -1
        reason = WaitFor(wait["for"])
        own = left.get(reason, [])
        maker = own[0] if own else USUAL.get(reason)
        move = maker(story.scene) if maker else None
        if move is None or (name := _name(move)) in story.happened:
            return -1
        answer = await self._happen(move) if isinstance(move, Happening) else await self._do(story, move)
        if answer.is_success:
            del own[:1]
            story.last_move = name if isinstance(move, Happening) else f"{move.role}: {move.action}"
            if isinstance(move, Happening) or move.href:
                story.happened.add(name)
            return int(answer.json().get("version", -1)) if isinstance(move, Move) and not move.href else -1
        not_yet = isinstance(move, Happening) and answer.status_code == NOT_THERE
        if answer.status_code != MOVED_ON and answer.status_code not in BUSY and not not_yet:
            story.trouble = f"{story.last_move or '-'} → {name}: {problem_of(answer)}"
        return -1

    async def _do(self, story: Story, move: Move) -> httpx.Response:
        if move.photo and PICTURE in (written := json.dumps(move.body)):
            (hash_,) = await self._photo(story, move.role)
            move = replace(move, body=json.loads(written.replace(PICTURE, hash_)), photo=False)
        evidence = {"evidence": await self._photo(story, move.role)} if move.photo else {}
        path = move.href or f"/v1/cases/{story.case_id}/{move.action}"
        if move.method != "POST":  # of the people, not of a case
            headers = self._headers(move.role, story)
            body = dict(move.body) if move.body else None
            return await self._sent(move.method, f"{self._address}{path}", json=body, headers=headers)
        return await self._post(story, move.role, path, {**await self._decided_on(story, move, path), **move.body, **evidence})

    async def _decided_on(self, story: Story, move: Move, path: str) -> dict[str, Any]:
        """What the person has before them, as the body of a decision names it (WRK-5)."""
        where = f"{self._address}{path.rpartition('/')[0]}"
        seen = await self._sent("GET", where, headers=self._headers(move.role, story))
        actions: list[dict[str, Any]] = seen.json()["available_actions"] if seen.is_success else []
        return next((action["decides"] for action in actions if action["href"] == path), dict[str, Any]())

    async def _happen(self, happening: Happening) -> httpx.Response:
        return await self._http.post(f"{self._sandbox}{happening.path}", json=dict(happening.body))

    async def _photo(self, story: Story, role: Role) -> list[str]:
        """A picture that nobody has shown before, uploaded; its hash."""
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), f"#{secrets.token_hex(3)}").save(picture, "PNG")
        files = {"file": ("photo.png", picture.getvalue(), "image/png")}
        headers = self._headers(role, story)
        answer = await self._sent("POST", f"{self._address}/v1/evidence", files=files, headers=headers)  # known by its content
        return [answer.raise_for_status().json()["sha256"]]

    async def _post(self, story: Story, role: Role, path: str, body: Mapping[str, Any]) -> httpx.Response:
        headers = self._headers(role, story) | {"Idempotency-Key": uuid4().hex}
        return await self._sent("POST", f"{self._address}{path}", json=dict(body), headers=headers)

    async def _sent(self, method: str, address: str, **request: Any) -> httpx.Response:
        """As a good client does: the same again while the API is busy or away. Each of our requests may be sent again."""
        return await patiently(lambda: self._http.request(method, address, **request))

    def _headers(self, role: Role, story: Story) -> dict[str, str]:
        who = {
            Role.CUSTOMER: str(story.order["customer_id"]),
            Role.MERCHANT: str(story.order["merchant_id"]),
            Role.CARRIER: next(iter(story.view.get("carriers") or ()), "SF"),
            Role.SUPERVISOR: APPROVER if story.waits_for(WaitFor.APPROVAL) else SUPERVISOR,
        }.get(role, AGENT)
        return self._headers_of(role, who, **(story.plot.contact if role is Role.CUSTOMER else {}))

    def _headers_of(self, role: Role, who: str, *, email: str | None = None, phone: str | None = None) -> dict[str, str]:
        token = make_token(self._settings, role, who, email=email, phone=phone)
        return {"Authorization": f"Bearer {token}", "Accept-Language": language().value}


def _name(move: Move | Happening) -> str:
    """What is done where; of a parcel also what becomes of it."""
    if isinstance(move, Happening):
        return f"{move.path} {json.dumps(move.body)}" if move.body else move.path
    return f"{move.method} {move.href}" if move.href else f"{move.role}: {move.action}"
