"""The activities of claims (RES-9): the claim's own projection, because it outlives its case, and messages to the party's system.

Each call is safe to repeat: rows by their keys, payments by theirs in the ledger, messages by theirs at the partner.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.kit.carries_out import carries_out
from activities.kit.errors import to_temporal
from activities.kit.rows import Row
from activities.kit.saving import CLAIMS, Standing, begin, put_requests_away
from activities.money.refund_parts import lock_order
from adapters.database.agents import is_there
from adapters.database.engine import Database, insert_if_absent, upsert
from adapters.database.ledger import booked, post
from adapters.database.messages import message_row
from adapters.partners.protocols import Claims
from adapters.starting import start_claim
from models.activities import ADJUST_CLAIM, CLAIMED_ELSEWHERE, OPEN_CLAIM, SAVE_CLAIM, SEND_CLAIM, TELL_CLAIM_OVER
from models.claims.partner import ClaimSent, SendClaim
from models.claims.state import (
    ClaimAdjustment,
    ClaimEntry,
    ClaimOver,
    ClaimProjection,
    ClaimStart,
    ClaimState,
    ClaimStatus,
    ParcelClaimed,
    Told,
)
from models.common.actors import Actor
from models.common.base import Money, stored
from models.common.errors import PartnerError
from models.common.events import Event
from models.common.projection import Saved
from models.common.vocabulary import Party, Role
from models.money.ledger import Entry
from models.policy.policy import Policy
from models.tables.case import MessageRow
from models.tables.claims import ClaimRow
from rules.case.timeline import data_for, grounds_in
from rules.claims.permissions import brief_of
from rules.claims.receivables import booking
from rules.common.format import money
from rules.common.timeline import Fresh
from rules.money.ledger import recovered_key
from rules.notifications.recipients import ANY_TEAM, Recipient
from rules.notifications.texts import Texts

NOT_STORED = {"entries", "requests_seen", "notices_seen"}


class ClaimActivities:
    """The only writer of claims, and their way to carriers and merchants."""

    def __init__(self, database: Database, texts: Texts, policy: Policy, systems: Mapping[Party, Claims]) -> None:
        self._database = database
        self._texts = texts
        self._policy = policy
        self._systems = systems

    @carries_out(SAVE_CLAIM)
    async def save_claim(self, projection: ClaimProjection) -> Saved:
        """Write the claim, its history, the messages these cause, and its payments, in one transaction. An older one changes nothing."""
        state, claim_id = projection.state, projection.state.claim.claim_id
        async with self._database.writing() as session:
            saving = await begin(session, CLAIMS, claim_id, projection, state.version)
            if isinstance(saving, Standing):
                return Saved(version=saving.version, late=True)
            entries = (_set_back(state, projection.at, saving.epoch), *state.entries) if saving.set_back else state.entries
            told = await saving.compare(session, entries)
            version = max(told.version, state.version)
            state = state.model_copy(update={"version": version})
            row = claim_row(projection.model_copy(update={"state": state})) | saving.row
            await upsert(session, ClaimRow, row, keep=saving.kept)
            await saving.write(session, told)
            pursuer = state.claim.handler if told.fresh and await is_there(session, state.claim.handler) else None
            messages = [row for fresh in told.fresh for row in self._messages(state, fresh, pursuer)]
            await insert_if_absent(session, MessageRow, *messages)
            await _book(session, state)
            requests = await put_requests_away(session, claim_id, state.requests_seen)
        return Saved(version=version, requests=requests)

    @carries_out(SEND_CLAIM)
    async def send_claim(self, request: SendClaim) -> ClaimSent:
        """Hand the message over. Before it is sent again, ask what became of it: the answer may be all that got lost."""
        system, message = self._systems[request.of], request.message
        try:
            known = await system.told(message.key) if request.again or activity.info().attempt > 1 else None
            return ClaimSent(receipt=known or await system.tell(message))
        except PartnerError as error:
            raise to_temporal(error) from error

    @carries_out(OPEN_CLAIM)
    async def open_claim(self, start: ClaimStart) -> None:
        """Start the claim's own workflow; one that was started before is the same claim."""
        claim = start.state.claim
        try:
            summary = f"{claim.kind} on {claim.who}, {money(claim.amount).en}"
            reuse = WorkflowIDReusePolicy.REJECT_DUPLICATE
            await start_claim(activity.client(), activity.info().task_queue, start, summary, reuse)
        except WorkflowAlreadyStartedError:
            activity.logger.info("claim.is_open_already")

    @carries_out(CLAIMED_ELSEWHERE)
    async def claimed_elsewhere(self, parcel: ParcelClaimed) -> Money:
        """What stands of it in the claims of other cases."""
        asked = select(ClaimRow).where(
            ClaimRow.party == Party.CARRIER,
            ClaimRow.who == parcel.who,
            ClaimRow.order_id == parcel.order_id,
            ClaimRow.currency == parcel.currency,
            ClaimRow.case_id != parcel.case_id,
            ClaimRow.status != ClaimStatus.WITHDRAWN,
        )
        async with self._database.reading() as session:
            claims = [stored(ClaimState, row.state).claim for row in (await session.exec(asked)).all()]
        minor = sum(claim.amount.minor for claim in claims if claim.tracking == parcel.tracking)
        return Money(minor=minor, currency=parcel.currency)

    @carries_out(ADJUST_CLAIM)
    async def adjust_claim(self, change: ClaimAdjustment) -> Told:
        """Signal a claim from its case: a local activity costs one history event, a signal from workflow to workflow several."""
        return Told(told=await _signal(change.claim_id, "adjust", change))

    @carries_out(TELL_CLAIM_OVER)
    async def tell_claim_over(self, over: ClaimOver) -> None:
        """Signal the case from its claim."""
        await _signal(over.case_id, "claim_over", over)

    def _messages(self, state: ClaimState, fresh: Fresh[ClaimEntry], pursuer: Actor | None) -> Iterator[Row]:
        """Inbox rows for whom the policy names: the party of the claim, who pursues it, or the team when nobody does, its supervisors."""
        entry = fresh.entry
        rule = self._policy.messages.get(entry.event)
        for role in rule.to if rule else ():
            recipient = _recipient(state, role, pursuer)
            if recipient is None or recipient == (entry.by.role, entry.by.id):
                continue
            on = grounds_in(entry.data, entry.by, recipient)
            data = {
                **data_for(entry.event, entry.data, on),
                "case_id": state.claim.case_id,
                "then": None,
                "emergency_contact": None,
            }
            locales = self._policy.languages.of(*recipient)
            said = self._texts.message_in(entry.event, recipient[0], dict.fromkeys(locales, data))
            about = (state.claim.claim_id, fresh.version)
            row = message_row(about, recipient, said, event=entry.event, locale=locales[0], at=entry.at)
            yield row | {"identity": fresh.identity}


def _set_back(state: ClaimState, at: datetime, epoch: int) -> ClaimEntry:
    """The first word of a run that goes on from an earlier event, as of a case."""
    return ClaimEntry(version=0, at=at, event=Event.CLAIM_SET_BACK, data={**state.claim.named, "run": epoch})


async def _signal(workflow_id: str, name: str, content: ClaimAdjustment | ClaimOver) -> bool:
    """False: it runs no more."""
    try:
        await activity.client().get_workflow_handle(workflow_id).signal(name, content)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True


async def _book(session: AsyncSession, state: ClaimState) -> None:
    """Money that came in or went out is in the ledger of its order, once for each payment, as it was due when it was booked."""
    claim = state.claim
    if not state.payments:
        return
    await lock_order(session, claim.order_id)
    known = {entry.key: entry for _, entry in await booked(session, claim.order_id)}
    ours: list[Entry] = []
    for payment in state.payments:
        if not payment.amount.minor:
            continue
        key = recovered_key(f"{claim.claim_id}.{payment.key}")
        entry = known.get(key) or booking(claim, payment, ours)
        ours.append(entry)
        if key not in known:
            await post(session, payment.at, entry)


def _recipient(state: ClaimState, role: Role, pursuer: Actor | None) -> Recipient | None:
    claim = state.claim
    if role.value == claim.kind.of.value:
        return Recipient(role, claim.who)
    if role is Role.AGENT and pursuer is not None:
        return Recipient(pursuer.role, pursuer.id)
    return Recipient(role, f"team:{claim.team or ANY_TEAM}") if role in Role.platform() else None


def claim_row(projection: ClaimProjection) -> Row:
    """The row of `claims`; see there for the meaning of each column."""
    state = projection.state
    brief, claim = brief_of(state), state.claim
    return {
        "claim_id": claim.claim_id,
        "version": state.version,
        "case_id": claim.case_id,
        "order_id": claim.order_id,
        "kind": claim.kind,
        "status": state.status,
        "party": claim.kind.of,
        "who": claim.who,
        "team": claim.team,
        "cause": claim.cause,
        "currency": claim.currency,
        "claimed_minor": brief.claimed.minor,
        "accepted_minor": brief.accepted.minor if brief.accepted else None,
        "recovered_minor": brief.recovered.minor,
        "written_off_minor": brief.written_off.minor,
        "waiting_on": brief.waiting_on,
        "due": brief.due,
        "opened_at": claim.opened_at,
        "updated_at": projection.at,
        "closed_at": state.closed_at,
        "state": state.model_dump(mode="json", exclude=NOT_STORED),
    }
