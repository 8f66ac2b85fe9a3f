"""What a case takes in of its child workflows' reports: a task of the child that was lost had reported, and reports again."""

from typing import Any

from models.case.child_reports import News, Report
from models.case.state import CaseState
from models.common.events import Event
from models.common.vocabulary import RemedyKind, WaitFor
from models.remedies.remedy import ChildState, Remedy
from tests.support.builders.cases import NOW, case
from workflows.kit.child_workflow import receive_report

CHILD = ChildState(workflow_id="RD-1.m1.return", for_=WaitFor.RETURN_SHIPPING, until=NOW)
LABEL, REMINDED, RECEIVED = Event.RETURN_LABEL_READY, Event.RETURN_REMINDED, Event.RETURN_RECEIVED


class Heard:
    """As much of a case's context as a report needs."""

    def __init__(self) -> None:
        self.case: CaseState = case(remedies=(Remedy(id="m1", kind=RemedyKind.RETURN_AND_REFUND, child=CHILD),))
        self.seen = self.case
        self.noted: list[Event] = []

    def note(self, event: Event, *_: object, **__: object) -> None:
        self.noted.append(event)

    def mark(self) -> None:
        """Nobody is told."""

    def hear(self, reports: int, events: int, *news: Event, **state: Any) -> None:
        told = CHILD.model_copy(update={"reports": reports, "events": events, **state})
        lines = tuple(News(event=event, identity=event.value if events else None) for event in news)
        receive_report(self, Report(remedy_id="m1", child=told, news=lines))  # type: ignore[arg-type]

    @property
    def child(self) -> ChildState | None:
        return self.case.remedies[0].child


def test_news_of_a_lost_task_are_taken_in_once_and_those_before_them_are_not_lost() -> None:
    heard = Heard()
    heard.hear(1, 8, LABEL)
    heard.hear(1, 11, REMINDED, LABEL)  # the same report, by its number
    heard.hear(2, 14, RECEIVED)
    assert heard.noted == [LABEL, REMINDED, RECEIVED]


def test_a_child_is_where_it_says_when_its_task_is_executed_again() -> None:
    heard = Heard()
    heard.hear(3, 8, done=True, failed="expired")
    heard.hear(2, 11)
    assert heard.child is not None
    assert not heard.child.done


def test_a_report_that_comes_late_changes_nothing() -> None:
    heard = Heard()
    heard.hear(2, 11, RECEIVED, done=True)
    heard.hear(3, 8, REMINDED)
    assert heard.noted == [RECEIVED]
    assert heard.child is not None
    assert heard.child.done


def test_reports_of_before_are_told_apart_by_their_number() -> None:
    heard = Heard()
    for reports in (1, 1, 2):
        heard.hear(reports, 0, LABEL)
    assert heard.noted == [LABEL, LABEL]


def test_a_child_that_was_reset_is_followed_although_its_history_is_shorter_and_the_case_says_so() -> None:
    heard = Heard()
    heard.hear(5, 40, LABEL, RECEIVED, run="first", done=True)
    heard.hear(1, 9, LABEL, run="second")
    heard.hear(6, 44, REMINDED, run="first")  # comes late
    heard.hear(2, 12, run="second")
    assert heard.noted == [LABEL, RECEIVED, Event.CHILD_SET_BACK]
    assert heard.child is not None
    assert (heard.child.run, heard.child.reports, heard.child.done) == ("second", 2, False)
