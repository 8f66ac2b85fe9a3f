"""What the archive said in short before there was a catalogue of root causes (ARC-1)."""

from models.case.state import CaseState


def root_cause_of_before(case: CaseState) -> str:
    """Whose doing it was and by which row of the policy, as histories of before have it: `carrier: lost-by-status`."""
    if case.finding is None:
        return "not established"
    return f"{case.finding.party}: {case.finding.row or 'found by a person'}"
