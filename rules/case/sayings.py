"""What is said on a case, and for whom it is: an answer to a request, and an appeal, are private (models/case/views.py)."""

from models.case.state import CaseState
from models.case.views import SayingView
from models.investigation.findings import InformationRequest, Saying


def saying_view(case: CaseState, saying: Saying) -> SayingView:
    request = _answered(case, saying)
    return SayingView(
        at=saying.at,
        by=saying.by.role,
        by_id=saying.by.id,
        private=is_private(case, saying),
        asked_by=request.by.role if request else None,
        words=saying.words,
        evidence=saying.evidence,
    )


def is_private(case: CaseState, saying: Saying) -> bool:
    return _answered(case, saying) is not None or any(appeal.said(saying) for appeal in case.appeals)


def _answered(case: CaseState, saying: Saying) -> InformationRequest | None:
    """The request that these words answer."""
    return next(
        (request for request in case.requests if request.answer and saying.told_by(request.answer.by, request.answer.at)), None
    )
