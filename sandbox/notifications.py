"""The provider of SMS, push messages and e-mail: docs/partners/notification.yaml."""

from fastapi import HTTPException

from models.common.partner_registry import Partner
from models.common.partners import OutgoingMessage
from sandbox.kit.books import now
from sandbox.kit.parts import KeyOf, SandboxOf, contract

router = contract(Partner.NOTIFICATION)

NOWHERE = "@nowhere.example.com"
"""No mailbox there exists."""


@router.post("/messages", status_code=202)
async def send(message: OutgoingMessage, key: KeyOf, sandbox: SandboxOf) -> None:
    """The same key is the same message. Who does not exist gets none, however often it is tried."""
    if message.to.endswith(NOWHERE):
        raise HTTPException(422, f"{message.to} does not exist")
    if key != message.key:
        raise HTTPException(422, "the Idempotency-Key and the body's key differ")
    sandbox.books.write(
        "insert into messages (key, message, at) values (?, ?, ?) on conflict (key) do update set calls = calls + 1",
        key,
        message.model_dump_json(),
        now().isoformat(),
    )
