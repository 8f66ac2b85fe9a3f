"""What is said on a case, and for whom it is: an answer to a request, and an appeal, are private (models/case/views.py)."""

from models.case.state import CaseState
from models.case.views import SayingView
from models.common.vocabulary import Role
from models.investigation.findings import InformationRequest, Saying


def saying_view(case: CaseState, saying: Saying) -> SayingView:
    elsewhere = saying.elsewhere
    return SayingView(
        at=saying.at,
        by=saying.by.role,
        by_id=saying.by.id,
        private=is_private(case, saying),
        asked_by=asked_by(case, saying),
        case_id=elsewhere.case_id if elsewhere and elsewhere.case_id != case.case_id else None,
        words=saying.words,
        evidence=saying.evidence,
    )


def is_there(case: CaseState, saying: Saying) -> bool:
    """Whether it was said on this case, on one that goes on in it, or on the one that it was split from (WRK-7). What came along with a
    case that was un-merged left with it.
    """
    known = {case.case_id, *(absorbed.case_id for absorbed in case.absorbed)}
    if case.split_from is not None:
        known.add(case.split_from.case_id)
    return saying.elsewhere is None or (saying.elsewhere.case_id in known and bool(saying.words))


def asked_by(case: CaseState, saying: Saying) -> Role | None:
    """Who had asked for it; None: nobody."""
    request = _answered(case, saying)
    if saying.elsewhere is not None:
        return saying.elsewhere.asked_by
    return request.by.role if request else None


def is_private(case: CaseState, saying: Saying) -> bool:
    if saying.elsewhere is not None:
        return saying.elsewhere.private
    return _answered(case, saying) is not None or any(appeal.said(saying) for appeal in case.appeals)


def _answered(case: CaseState, saying: Saying) -> InformationRequest | None:
    """The request that these words answer."""
    return next(
        (request for request in case.requests if request.answer and saying.told_by(request.answer.by, request.answer.at)), None
    )
