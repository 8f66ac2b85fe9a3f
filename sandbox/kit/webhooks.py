"""Notices to Redress: signed (Standard Webhooks), from an outbox, sent again with back-off until they are taken."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import structlog
from pydantic import BaseModel
from standardwebhooks import Webhook

from models.common.credentials import Credentials
from models.common.partner_registry import Partner
from sandbox.kit.books import Books, Row, now
from sandbox.kit.faults import Fault

AT_ONCE = 20
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
AFTER_THE_FIRST = timedelta(seconds=1)
"""How much later an older notice comes that was overtaken."""


def _new_id() -> str:
    """Never one that an earlier sandbox used: Redress takes each id once."""
    return f"msg_{uuid4().hex}"


log = structlog.get_logger("sandbox.kit.webhooks")


class Webhooks:
    """The outbox and its loop. Without an address or secrets nothing is sent; it stays in the books."""

    def __init__(self, books: Books, address: str | None, credentials: Mapping[str, Credentials]) -> None:
        self._books = books
        self._address = address
        self._signers = {name: Webhook(own.webhook[0].get_secret_value()) for name, own in credentials.items()}
        self._news = asyncio.Event()

    def add(
        self,
        partner: Partner,
        kind: str,
        payload: BaseModel,
        due_at: datetime,
        *,
        reference: str | None,
        order_id: str | None,
        overtaken: BaseModel | None = None,
        faults: frozenset[Fault] = frozenset(),
    ) -> None:
        """Put a notice into the outbox. `overtaken`: the older news that arrives after it when webhooks are out of order."""
        if Fault.NO_WEBHOOK in faults:
            return
        notice_id = _new_id()
        about = {"kind": kind, "reference": reference, "order_id": order_id}
        body = about | {"payload": payload.model_dump(mode="json")}
        for _ in range(2 if Fault.DUPLICATE_WEBHOOK in faults else 1):
            self._put(notice_id, partner, body, due_at)
        if Fault.DUPLICATE_WEBHOOK in faults:
            self._put(_new_id(), partner, body, due_at)
        if Fault.REORDERED_WEBHOOKS in faults and overtaken is not None:
            older = about | {"payload": overtaken.model_dump(mode="json")}
            self._put(_new_id(), partner, older, due_at + AFTER_THE_FIRST)
        self._news.set()

    def _put(self, notice_id: str, partner: Partner, body: dict[str, Any], due_at: datetime) -> None:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        self._books.insert("webhooks", notice_id=notice_id, partner=partner.value, body=text, due_at=due_at.isoformat())

    async def run(self) -> None:
        """Send what is due, then sleep until something is; cancelled when the sandbox stops."""
        if not self._signers or self._address is None:
            log.warning("no webhooks are sent: they need --webhook-url and REDRESS_PARTNER_CREDENTIALS")
            return
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            while True:
                self._news.clear()
                due = self._books.read(
                    "select * from webhooks where delivered_at is null and due_at <= ? order by due_at, number limit ?",
                    now().isoformat(),
                    AT_ONCE,
                )
                if due:
                    await asyncio.gather(*(self._send(http, row) for row in due))
                else:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), self._pause())

    def _pause(self) -> float:
        """Seconds until the next notice is due."""
        row = self._books.one("select min(due_at) as at from webhooks where delivered_at is null")
        at = row["at"] if row else None
        return max((datetime.fromisoformat(at) - now()).total_seconds(), 0.0) if at else LONGEST_PAUSE

    async def _send(self, http: httpx.AsyncClient, row: Row) -> None:
        at, signer = now(), self._signers[row["partner"]]
        headers = {
            "Content-Type": "application/json",
            "webhook-id": row["notice_id"],
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signer.sign(row["notice_id"], at, row["body"]),
        }
        try:
            answer = await http.post(f"{self._address}/{row['partner']}", content=row["body"].encode(), headers=headers)
            taken = answer.is_success
        except httpx.HTTPError:
            taken = False
        if taken:
            self._books.write(
                "update webhooks set delivered_at = ?, attempts = attempts + 1 where number = ?", now().isoformat(), row["number"]
            )
            return
        pause = min(FIRST_PAUSE * 2 ** min(row["attempts"], 10), LONGEST_PAUSE)
        again = now() + timedelta(seconds=pause)
        self._books.write(
            "update webhooks set due_at = ?, attempts = attempts + 1 where number = ?", again.isoformat(), row["number"]
        )
