"""What the archive record says in short (ARC-1)."""

from models.case.state import CaseState


def root_cause(case: CaseState) -> str:
    """Whose doing it was and by which row of the policy, for counting: `carrier: lost-by-status`."""
    if case.finding is None:
        return "not established"
    return f"{case.finding.party}: {case.finding.row or 'found by a person'}"
