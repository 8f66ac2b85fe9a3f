"""How much evidence a case takes (INV-3): the policy's `max_evidence` pieces, each counted once, whoever gave them and how."""

from collections.abc import Collection, Sequence

from models.common.actors import EvidenceRef
from models.common.errors import Fault
from models.common.vocabulary import ErrorType


def too_many(given: Collection[str], more: Sequence[EvidenceRef], most: int) -> Fault | None:
    """The fault of giving more than the case takes, beside the hashes that it has; None: they all fit."""
    if len({*given, *(piece.sha256 for piece in more)}) <= most:
        return None
    left = max(most - len(given), 0)
    return Fault(
        type=ErrorType.INVALID,
        detail=f"evidence: a case takes {most} pieces, so {left} more fit; put several into one PDF, or leave some out.",
        detail_zh=f"evidence：每个工单最多 {most} 份凭证，还可提交 {left} 份；请合并为一个 PDF 或减少数量。",
        field="evidence",
        rule="INV-3",
    )


def fitting(given: Collection[str], more: Sequence[EvidenceRef], most: int) -> tuple[EvidenceRef, ...]:
    """As many of them as the case still takes, the first ones first."""
    taken = set(given)
    fit: list[EvidenceRef] = []
    for piece in more:
        if piece.sha256 in taken or len(taken) < most:
            taken.add(piece.sha256)
            fit.append(piece)
    return tuple(fit)
