"""Chargebacks that no webhook told of, found when our books are compared with the providers' (RES-12, docs/money.md)."""

from collections.abc import Mapping
from datetime import datetime

from temporalio import activity

from adapters.database.chargebacks import state_of, take_in
from adapters.database.engine import Database
from adapters.partners.protocols import Chargebacks
from models.chargebacks.state import ChargebackState
from models.common.errors import PartnerError
from models.tables.chargebacks import ChargebackRow


async def take_in_missed(database: Database, providers: Mapping[str, Chargebacks], since: datetime, at: datetime) -> None:
    """Those that we do not have, or have otherwise, are heard of now. A provider that is silent is asked at the next scan."""
    for name, provider in providers.items():
        try:
            listed = await provider.opened_since(since)
        except PartnerError as error:
            activity.logger.warning("chargebacks.not_listed", extra={"provider": name, "why": error.type.value})
            continue
        for told in listed:
            own = ChargebackState.first_heard(name, told.chargeback_id, at)
            async with database.writing() as session:
                row = await session.get(ChargebackRow, own.chargeback_id)
                if row is None or state_of(row).status is not told.status:
                    await take_in(session, name, told.chargeback_id, at)
