"""Goods at a reduced worth (RES-13): what may be said of them, what they come to, what follows from the customer's word. Pure and exact."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from pydantic import ValidationError

from models.common.actors import EvidenceRef
from models.common.base import Bilingual
from models.common.vocabulary import WaitFor
from models.common.waits import Wait
from models.returns.partner import Purpose, ToldReduction
from models.returns.state import InspectedLine, Inspection, ReturnState
from models.returns.worth import ReducedPieces, ReducedWorth, RuledShare

RULED = Bilingual(zh="按主管裁定的折价退款", en="the worth that the supervisor found is refunded")
"""What a silent customer's second wait ends with: the worth is found by somebody who takes neither side, and the money is due."""

Wrong = tuple[str, Bilingual]
"""The field, and what is wrong with it."""


def wrong_with(state: ReturnState, reduced: Sequence[ReducedPieces], lines: Iterable[InspectedLine]) -> Wrong | None:
    """Why the goods cannot be taken at these shares; None: they can."""
    accepted = {line.line_id: line.accepted for line in lines}
    if reduced and state.purpose is not Purpose.REFUND:
        said = Bilingual(
            zh="仅退款退货可折价，请改为拒收",
            en="only goods that come back for a refund have a reduced worth; reject them instead",
        )
        return "reduced", said
    named = [one.line_id for one in reduced]
    for index, one in enumerate(reduced):
        if one.line_id in named[:index]:
            said = Bilingual(zh=f"{one.line_id} 只能填写一次", en=f"name {one.line_id} once")
            return f"reduced.{index}.line_id", said
        if one.quantity > accepted.get(one.line_id, 0):
            most = accepted.get(one.line_id, 0)
            said = Bilingual(
                zh=f"{one.line_id} 验收通过 {most} 件，折价不能为 {one.quantity} 件",
                en=f"{one.line_id}: {most} piece(s) are accepted, {one.quantity} cannot be worth less",
            )
            return f"reduced.{index}.quantity", said
        if not one.picture.media_type.startswith("image/"):
            return f"reduced.{index}.picture", Bilingual(zh="须为图片", en="it is a picture")
    return None


def told_pieces(told: Iterable[ToldReduction], pictures: Mapping[str, EvidenceRef]) -> tuple[ReducedPieces, ...] | None:
    """What a merchant's notice says of reduced worth; None when it cannot be taken, as without a picture that the merchant uploaded."""
    try:
        return tuple(
            ReducedPieces(
                line_id=one.line_id,
                quantity=one.quantity,
                share=one.share,
                reason=one.reason[:1000],
                picture=pictures[one.picture],
            )
            for one in told
        )
    except (KeyError, ValidationError):
        return None


def worth_less(reduced: Iterable[ReducedPieces]) -> tuple[ReducedPieces, ...]:
    """Those on which the customer has a word: a share of 1 takes nothing."""
    return tuple(one for one in reduced if one.share < 1)


def ruled(worth: ReducedWorth, shares: Iterable[RuledShare]) -> tuple[ReducedPieces, ...]:
    """The pieces at the shares that a supervisor finds right."""
    found = {one.line_id: one.share for one in shares}
    return tuple(one.model_copy(update={"share": found.get(one.line_id, one.share)}) for one in worth.pieces)


def after_refusal(inspection: Inspection, worth: ReducedWorth) -> Inspection:
    """The customer keeps the pieces instead: they are not accepted, and go back."""
    refused = {one.line_id: one for one in worth_less(worth.pieces)}
    return inspection.model_copy(update={"lines": tuple(_refused(line, refused.get(line.line_id)) for line in inspection.lines)})


def _refused(line: InspectedLine, pieces: ReducedPieces | None) -> InspectedLine:
    if pieces is None:
        return line
    return line.model_copy(
        update={
            "accepted": line.accepted - pieces.quantity,
            "rejected": line.rejected + pieces.quantity,
            "reason": line.reason or pieces.reason,
        }
    )


def in_words(pieces: Iterable[ReducedPieces]) -> list[str]:
    """Each line with its share, in any language."""
    return [f"{one.line_id} × {one.quantity}: {_percent(one.share)}" for one in pieces]


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def then_of(state: ReturnState, wait: Wait) -> Bilingual | None:
    """What silence leads to, where it is not what the policy's wait says."""
    worth = state.worth
    return RULED if worth is not None and worth.ruling is not None and wait.for_ is WaitFor.REDUCED_WORTH else None
