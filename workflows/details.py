"""What an operator reads about a case in the Temporal Web UI: where it stands, whose move it is, what happens next. Nothing personal."""

from models.case import CaseState
from models.policy import PolicySlice
from rules.view import default_outcome


def details_of(case: CaseState, policy: PolicySlice) -> str:
    """The workflow's current details, as markdown."""
    handler = f", {case.handler.id} works on it" if case.handler else ""
    held = f"held by {case.tier} ({case.team or 'no team yet'}){handler}"
    lines = [f"**{case.stage}**, {case.kind}, {case.issue or 'not classified yet'}, {held}"]
    if case.wait is not None:
        then = default_outcome(case, case.wait, policy)
        lines.append(f"Waits for **{case.wait.for_}** from **{case.wait.on}** until {case.wait.until:%Y-%m-%d %H:%M} UTC.")
        lines.append(f"Then by itself: {then.en} / {then.zh}")
    if case.finding is not None:
        lines.append(
            f"Responsible: {case.finding.party} ({case.finding.confidence:.0%}, {case.finding.row or case.finding.by.role})"
        )
    lines += [
        f"Remedy {remedy.id}: {remedy.kind} {remedy.amount.minor if remedy.amount else ''} {remedy.reimbursement}"
        for remedy in case.remedies
    ]
    lines += [f"Missed: {miss.clock}, due {miss.due:%Y-%m-%d %H:%M} UTC, held by {miss.held_by}" for miss in case.misses]
    if case.outcome is not None:
        lines.append(f"Outcome: {case.outcome}")
    return "\n\n".join(lines)
