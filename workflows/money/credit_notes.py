"""The case's side of credit notes (RES-15): it tells of them. The documents stand in their own rows (activities/tax/loop.py)."""

from models.common.events import Event
from models.tax.credit_note import CreditNoteRef
from workflows.kit.case_context import CaseContext


def hear_credit_note(context: CaseContext, told: CreditNoteRef) -> None:
    """Once for each document, however often it is told."""
    if context.first_time(f"credit_note:{told.note_id}"):
        context.note(
            Event.CREDIT_NOTE_ISSUED,
            note_id=told.note_id,
            number=told.number,
            corrects=told.corrects,
            remedy_id=told.remedy_id,
            amount_minor=abs(told.gross_minor),
            tax_minor=abs(told.tax_minor),
            currency=told.currency,
            note_url=told.url,
        )
