"""A provider's word of a chargeback (RES-12): taken down, whatever state it tells of, for the loop that asks the provider what it is."""

from datetime import UTC, datetime
from typing import Literal

from fastapi import Request
from pydantic import JsonValue, ValidationError

from adapters.database.chargebacks import take_in
from adapters.database.engine import insert_if_absent
from api.http.budgets import NOTICES
from api.http.dependencies import Parts
from api.http.problems import problem
from models.common.base import Identifier
from models.common.partners import FromPartner
from models.common.vocabulary import ErrorType
from models.tables.case import WebhookRow


class Told(FromPartner):
    """All that counts of what it says: nobody's word is taken for money (rules/common/notices.py)."""

    chargeback_id: Identifier


async def hear_of_chargeback(
    parts: Parts, request: Request, payload: dict[str, JsonValue], provider: str, notice_id: str
) -> Literal["taken", "replayed"]:
    """Raises ProblemError (INVALID) for a payload that names none."""
    try:
        told = Told.model_validate(payload)
    except ValidationError as error:
        raise problem(
            ErrorType.INVALID,
            "payload.chargeback_id: name the chargeback (docs/partners/payment.yaml).",
            "payload.chargeback_id：请填写拒付编号（见 docs/partners/payment.yaml）。",
            field="payload.chargeback_id",
            rule="RES-12",
        ) from error
    async with parts.database.reading() as session:
        if await session.get(WebhookRow, (provider, notice_id)) is not None:
            return "replayed"
    parts.budgets.take(request, NOTICES, f"{provider} {told.chargeback_id}")
    at = datetime.now(UTC)
    async with parts.database.writing() as session:
        await insert_if_absent(session, WebhookRow, {"partner": provider, "notice_id": notice_id, "at": at})
        await take_in(session, provider, told.chargeback_id, at)
    return "taken"
