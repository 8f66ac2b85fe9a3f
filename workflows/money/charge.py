"""Collecting money from the customer (docs/changes.md): asked for with a link, paid, or called off when the time is over.

Cases and child workflows collect alike: both can note, wait, and keep what the provider said.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from pydantic import JsonValue
from temporalio import workflow
from temporalio.exceptions import ActivityError

from models.common.actors import SYSTEM, Actor
from models.common.events import Event
from models.common.vocabulary import WaitFor, WaitingOn
from models.money.charge import BookCharge, Charge, ChargeCall, ChargeRequest, ChargeStatus
from workflows.kit.refusals import note_unanswered
from workflows.money import charge_activities as effects

THEN_GIVE_UP = timedelta(days=3)
"""So long after a charge's own end a provider that did not say what became of it never will."""


class Site(Protocol):
    """Where money is waited for: the context of a case or of a child workflow."""

    @property
    def now(self) -> datetime: ...

    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None: ...

    async def wait_for(self, on: WaitingOn, for_: WaitFor, done: Callable[[], bool], until: datetime) -> bool: ...


Effect = Coroutine[Any, Any, Charge]
Asking = Callable[[Effect], Awaitable[Charge]]
"""How the provider is asked; a case lets itself be interrupted meanwhile."""


async def _at_once(effect: Effect) -> Charge:
    return await effect


@dataclass(frozen=True)
class Bill:
    """What is to be paid, and where the waiting workflow keeps what it knows of it (the state may change by a notice meanwhile)."""

    case_id: str
    remedy_id: str
    merchant_id: str
    """At whose payment provider it is paid."""
    order: ChargeRequest
    poll_every: timedelta
    known: Callable[[], Charge | None]
    keep: Callable[[Charge], None]


async def collect(site: Site, bill: Bill, ask: Asking = _at_once) -> bool:
    """Ask the customer to pay and wait for it. False: not paid in time, called off, or refused by the provider; nobody can pay it any more."""
    if bill.known() is None:
        bill.keep(
            Charge.of(bill.order, ChargeStatus.PENDING)
        )  # before it is asked: from now on it has to be called off, whatever the provider got
    if _known(bill).pay_url is None and not _known(bill).over:
        charge = await ask(effects.ask_charge(_call(bill)))
        if not _known(bill).over:  # else the notice of its payment was quicker than the answer
            bill.keep(charge)
        if charge.status is ChargeStatus.REFUSED:
            site.note(Event.CHARGE_REFUSED, **_data(bill), refusal=charge.refusal, refusal_code=charge.refusal_code)
            return False
        site.note(Event.CHARGE_ASKED, **_data(bill), pay_url=charge.pay_url, until=bill.order.until.isoformat())

    async def look() -> None:
        take_in(site, bill, await ask(effects.charge_state(_call(bill))))

    paid_or_gone = await until_over(
        site, (WaitingOn.CUSTOMER, WaitFor.CHARGE, bill.order.until), bill.poll_every, lambda: _known(bill).over, look
    )
    if not paid_or_gone:
        return await call_off(site, bill, ask) is not None
    return await _book(site, bill)


async def call_off(site: Site, bill: Bill, ask: Asking = _at_once) -> Charge | None:
    """Let nobody pay it any more. The charge, when it was paid all the same: the customer was quicker.

    A provider that does not say so is asked until long after it could be paid; a person sees that on the timeline.
    """
    if bill.known() is None:
        return None
    if not _known(bill).over:
        try:
            patience = max(bill.order.until - site.now, timedelta(0)) + THEN_GIVE_UP
            take_in(site, bill, await ask(effects.cancel_charge(_call(bill), patience)))
        except ActivityError as error:
            note_unanswered(site.note, error, WaitFor.CHARGE)
    return _known(bill) if await _book(site, bill) else None


def take_in(site: Site, bill: Bill, told: Charge) -> bool:
    """What the provider says of the charge; False when it is nothing new. What is over stays as it is."""
    known = bill.known()
    if known is None or known.key != told.key or known.over:
        return False
    told = told.model_copy(update={name: value for name, value in known if getattr(told, name) is None})
    if known == told:
        return False
    bill.keep(told)
    if told.status is ChargeStatus.FAILED:
        site.note(Event.CHARGE_FAILED, **_data(bill), pay_url=told.pay_url, until=bill.order.until.isoformat())
    return True


async def ask_about(site: Site, bill: Bill, told: Charge) -> str | None:
    """Ask the provider about what a notice tells, and take its answer in. Why that changes nothing, or None."""
    try:
        held = await effects.charge_by_key(_call(bill))
    except ActivityError:
        return "not_confirmed"
    news = take_in(site, bill, held)
    if held.status is not told.status and told.status is not ChargeStatus.PENDING:
        return "not_confirmed"
    return None if news else "already_known"


async def until_over(
    site: Site,
    wait: tuple[WaitingOn, WaitFor, datetime],
    every: timedelta,
    over: Callable[[], bool],
    look: Callable[[], Awaitable[None]],
) -> bool:
    """Wait for a partner's answer; poll in case its notice got lost. False when the time is over, or the wait was broken off."""
    on, for_, until = wait
    while not over() and site.now < until:
        nap = asyncio.create_task(workflow.sleep(every, summary=f"ask about {for_}"))
        try:
            moved = await site.wait_for(on, for_, lambda nap=nap: over() or nap.done(), until)
        finally:
            nap.cancel()
        if not moved:
            break
        if not over():
            await look()
    return over()


async def _book(site: Site, bill: Bill) -> bool:
    charge = _known(bill)
    if charge.status is not ChargeStatus.PAID:
        return False
    site.note(Event.CHARGE_PAID, **_data(bill))
    await effects.book_charge(BookCharge(case_id=bill.case_id, remedy_id=bill.remedy_id, charge=charge, at=site.now))
    return True


def _call(bill: Bill) -> ChargeCall:
    return ChargeCall(order=bill.order, merchant_id=bill.merchant_id, known=bill.known())


def _known(bill: Bill) -> Charge:
    charge = bill.known()
    assert charge is not None  # noqa: S101  # it was asked for before
    return charge


def _data(bill: Bill) -> dict[str, JsonValue]:
    return {
        "remedy_id": bill.remedy_id,
        "amount_minor": bill.order.amount.minor,
        "currency": bill.order.amount.currency,
    }
