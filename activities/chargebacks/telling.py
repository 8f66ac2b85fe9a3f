"""The messages of chargebacks (RES-12): into the inboxes of whom the policy names, in the transaction of what they tell."""

from collections.abc import Iterator

from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.rows import Row
from adapters.database.agents import is_there
from adapters.database.engine import insert_if_absent
from adapters.database.messages import message_row
from models.chargebacks.state import ChargebackEntry, ChargebackState
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.policy.policy import Policy
from models.tables.case import CaseRow, MessageRow
from rules.case.timeline import data_for, grounds_in
from rules.notifications.recipients import ANY_TEAM, Recipient
from rules.notifications.texts import Texts


class ChargebackMessages:
    """Writes them."""

    def __init__(self, texts: Texts, policy: Policy) -> None:
        self._texts = texts
        self._policy = policy

    async def write(self, session: AsyncSession, was: ChargebackState, now: ChargebackState) -> None:
        """Those of the entries that are new; a message is told once for each entry."""
        fresh = [entry for entry in now.entries if entry.version > was.version]
        if not fresh:
            return
        case = await session.get(CaseRow, now.case_id) if now.case_id else None
        handler = Actor(role=Role.AGENT, id=case.handler) if case is not None and case.handler else None
        handler = handler if handler is not None and await is_there(session, handler) else None
        await insert_if_absent(session, MessageRow, *(row for entry in fresh for row in self._rows(now, entry, handler)))

    def _rows(self, state: ChargebackState, entry: ChargebackEntry, handler: Actor | None) -> Iterator[Row]:
        rule = self._policy.messages.get(entry.event)
        for role in rule.to if rule else ():
            recipient = _recipient(state, role, handler)
            if recipient is None or recipient == (entry.by.role, entry.by.id):
                continue
            data = data_for(entry.event, entry.data, grounds_in(entry.data, entry.by, recipient))
            letter = {**data, "case_id": state.chargeback_id, "then": None, "emergency_contact": None}
            locales = self._policy.languages.of(*recipient)
            said = self._texts.message_in(entry.event, recipient[0], dict.fromkeys(locales, letter))
            about = (state.chargeback_id, entry.version)
            yield message_row(about, recipient, said, event=entry.event, locale=locales[0], at=entry.at)


def _recipient(state: ChargebackState, role: Role, handler: Actor | None) -> Recipient | None:
    """The order's merchant; whoever handles the case, or the team when nobody does; its supervisors."""
    if role is Role.MERCHANT:
        return Recipient(role, state.merchant_id) if state.merchant_id else None
    if role is Role.AGENT and handler is not None:
        return Recipient(role, handler.id)
    return Recipient(role, f"team:{state.team or ANY_TEAM}") if role in Role.platform() else None
