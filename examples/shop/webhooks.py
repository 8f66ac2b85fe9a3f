"""How the shop tells Redress of something: signed as Standard Webhooks."""

import asyncio
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks import Webhook


class Redress:
    """Where webhooks go to."""

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.signer = f"{url}/v1/webhooks/merchant", Webhook(secret)

    async def tell(self, kind: str, reference: str, order_id: str, payload: dict[str, Any]) -> None:
        """Again, with growing pauses and under the same id, until it is taken."""
        notice, pause = f"msg_{uuid.uuid4().hex}", 0.5
        body = json.dumps({"kind": kind, "reference": reference, "order_id": order_id, "payload": payload})
        async with httpx.AsyncClient(trust_env=False) as http:
            while True:
                at = datetime.now(UTC)
                signed = {"webhook-id": notice, "webhook-timestamp": str(int(at.timestamp()))}
                signed["webhook-signature"] = self.signer.sign(notice, at, body)
                try:
                    answer = await http.post(self.url, content=body, headers=signed | {"Content-Type": "application/json"})
                except httpx.TransportError:
                    answer = None
                if answer is not None and (answer.is_success or answer.status_code == 422):  # noqa: PLR2004  # 422: never right
                    return
                await asyncio.sleep(pause)
                pause = min(pause * 2, 60)
