"""What an operator reads in the Temporal Web UI: where something stands, whose move it is, what happens next. Nothing personal."""

from models.case.state import CaseState
from models.claims.state import ClaimState
from models.common.base import Money
from models.common.deadline import Deadline
from models.common.lines import LineQuantity
from models.remedies.remedy import ChildState
from models.replacements.state import ReplacementState
from models.returns.state import ReturnState
from rules.common.deadlines import in_words
from rules.common.format import money

Deadlines = tuple[Deadline, ...]


def details_of(case: CaseState, deadlines: Deadlines) -> str:
    """The workflow's current details, as markdown."""
    handler = f", {case.handler.id} works on it" if case.handler else ""
    held = f"held by {case.tier} ({case.team or 'no team yet'}){handler}"
    lines = [f"**{case.stage}**, {case.kind}, {case.issue or 'not classified yet'}, {held}"]
    lines += in_words(deadlines)
    if case.finding is not None:
        lines.append(
            f"Responsible: {case.finding.party} ({case.finding.confidence:.0%}, {case.finding.row or case.finding.by.role})"
        )
    lines += [
        f"Remedy {remedy.id}: {remedy.kind} {money(remedy.amount).en if remedy.amount else ''} {remedy.refund_status}"
        for remedy in case.remedies
    ]
    lines += [f"Missed: {miss.clock}, due {miss.due:%Y-%m-%d %H:%M} UTC, held by {miss.held_by}" for miss in case.misses]
    if case.outcome is not None:
        lines.append(f"Outcome: {case.outcome}")
    return "\n\n".join(lines)


def details_of_child(child: ChildState, state: ReturnState | ReplacementState | None, deadlines: Deadlines) -> str:
    """The same of goods on their way: a return, an exchange, a repair."""
    lines: list[str] = []
    match state:
        case ReturnState():
            lines.append(
                f"**{state.stage}**: {_pieces(state.lines)} come back for {state.purpose}, worth {money(state.agreed).en}"
            )
            parcels = [("Sent as", state.parcel), ("Sent back as", state.sent_back)]
            lines += [f"{way} {parcel.tracking} ({parcel.carrier_id})" for way, parcel in parcels if parcel is not None]
        case ReplacementState():
            lines.append(
                f"**{state.stage}**: {state.kind} of {', '.join(f'{item.quantity} × {item.sku}' for item in state.items)}"
            )
            lines += [f"To pay: {money(state.charge.amount).en}, {state.charge.status}"] if state.charge else []
            lines += [f"Sent as {state.tracking} ({state.carrier_id})"] if state.tracking else []
        case None:
            pass
    if child.done:
        lines.append(f"Over for the case: {child.failed or 'as it was meant'}.")
    else:
        lines += in_words(deadlines)
    return "\n\n".join(lines)


def details_of_claim(state: ClaimState, deadlines: Deadlines) -> str:
    """The same of a claim."""
    claim = state.claim
    received = Money(minor=max(state.received_minor, 0), currency=claim.currency)
    lines = [
        f"**{state.status}**: {claim.kind} of {money(claim.amount).en} on {claim.who} for case {claim.case_id}",
        f"Received {money(received).en}, accepted {money(state.accepted).en if state.accepted else '—'}",
        *in_words(deadlines),
    ]
    if state.undelivered is not None:
        lines.append(f"Our last message was not taken: {state.undelivered}")
    return "\n\n".join(lines)


def _pieces(lines: tuple[LineQuantity, ...]) -> str:
    return ", ".join(f"{line.quantity} × {line.line_id}" for line in lines)
