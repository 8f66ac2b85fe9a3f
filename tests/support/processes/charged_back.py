"""A chargeback that a payment provider tells a running API of, and the loop that follows it."""

import itertools
import json
import time
from dataclasses import dataclass
from typing import Any

import httpx

from models.chargebacks.partner import Chargeback, ChargebackAnswer
from models.chargebacks.state import ChargebackState
from tests.support.builders.notices import signed
from tests.support.builders.orders import order, parcel
from tests.support.fakes.chargebacks import OPENED, Followed, chargeback
from tests.support.processes.api import Person, Web

_numbers = itertools.count(1)


@dataclass
class Told:
    """A chargeback that a webhook told of, and the loop that follows it."""

    web: Web
    followed: Followed
    told: Chargeback
    merchant: str

    @property
    def address(self) -> str:
        own = ChargebackState.first_heard("payment", self.told.chargeback_id, OPENED)
        return f"/v1/chargebacks/{own.chargeback_id}"

    @property
    def answers(self) -> list[ChargebackAnswer]:
        """What its bank was sent for it; the loop follows other tests' chargebacks in the same database too."""
        return [answer for answer in self.followed.bank.answers.values() if answer.chargeback_id == self.told.chargeback_id]

    async def again(self, **change: Any) -> httpx.Response:
        """The provider has it so by now; its webhook comes, and the loop looks."""
        self.followed.bank.put(self.told, **change)
        answer = await send(self.web, {"kind": "chargeback", "payload": self.told.model_dump(mode="json")})
        await self.followed.loop.look()
        return answer

    async def seen_by(self, who: Person) -> dict[str, Any]:
        return (await who.get(self.address)).json()


async def send(web: Web, body: object, number: str | None = None) -> httpx.Response:
    content = json.dumps(body)
    headers = signed(web.settings, content, number=number or f"chargeback-{next(_numbers)}", of="payment")
    return await web.http.post("/v1/webhooks/payment", content=content, headers=headers)


async def charged_back(web: Web, minor: int = 12_900, **change: Any) -> Told:
    number, followed = next(_numbers), Followed.beside(web.service)
    ordered, merchant = f"O-CB{number}-{time.time_ns()}", f"M-CB{number}"
    web.service.world.add(order(ordered, minor=minor, merchant_id=merchant), parcel(ordered))
    payment = web.service.world.charges[ordered][0].payment_id
    told = chargeback(minor, chargeback_id=f"DP-{ordered}", order_id=ordered, payment_id=payment, **change)
    made = Told(web, followed, told, merchant)
    assert (await made.again()).json() == {"result": "taken"}
    return made
