"""A common question is answered at once from the knowledge base, and a person takes over where it did not help (REC-6)."""

import pytest
from sqlmodel import select

from adapters.knowledge.entries import seed_knowledge
from models.case.actions import Action
from models.common.vocabulary import ErrorType, Issue, Kind, Locale, Outcome, Stage, WaitFor, WaitingOn
from models.tables.knowledge import KnowledgeRow
from rules.policy.knowledge import first_answers
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.processes.service import Case, Service

QUESTION = "How long does a refund take to arrive?"


@pytest.fixture(autouse=True)
async def answers(service: Service) -> None:
    await seed_knowledge(service.database, first_answers(load_policy(Settings().policy)))


async def inquiry(
    service: Service, words: str = QUESTION, issue: Issue = Issue.REFUND_NOT_ARRIVED, locale: Locale = Locale.EN
) -> Case:
    return await service.open(Kind.INQUIRY, order_id=None, issue=issue, description=words, locale=locale)


async def answered(service: Service, words: str = QUESTION, locale: Locale = Locale.EN) -> Case:
    """An inquiry whose customer has an answer before them."""
    case = await inquiry(service, words, locale=locale)
    await case.waits_for(WaitFor.ANSWER_CHECK)
    return case


async def with_a_person(case: Case) -> None:
    view = await case.waits_for(WaitFor.REPLY)
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.AGENT


async def counts(service: Service, entry_id: str = "refund-arrival") -> tuple[int, int, int]:
    async with service.database.reading() as session:
        row = (await session.exec(select(KnowledgeRow).where(KnowledgeRow.entry_id == entry_id))).one()
    return row.shown, row.helped, row.not_helped


async def test_an_answer_that_helped_solves_the_inquiry_without_a_person(service: Service) -> None:
    case = await answered(service)
    shown = await case.seen_by(CUSTOMER)
    assert shown.suggestion is not None
    assert shown.suggestion.title == QUESTION
    assert "seven" in shown.suggestion.body
    assert Action.HELPED in {possible.action for possible in shown.available_actions}
    assert "case.answer_suggested" in await case.messages("C-1")
    await case.act(CUSTOMER, Action.HELPED, helped=True)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert view.outcome is Outcome.ANSWERED
    assert view.handler is None
    assert view.misses == ()
    assert await counts(service) == (1, 1, 0)


async def test_an_answer_that_did_not_help_brings_a_person_with_the_conversation(service: Service) -> None:
    case = await answered(service)
    await case.act(CUSTOMER, Action.HELPED, helped=False)
    await with_a_person(case)
    seen = await case.seen_by(AGENT)
    assert seen.description == QUESTION
    assert seen.suggestion is not None
    assert (seen.suggestion.entry_id, seen.suggestion.helped) == ("refund-arrival", False)
    assert [entry for entry in await case.timeline() if "answer" in entry] == [
        "case.answer_suggested",
        "case.answer_did_not_help",
    ]
    assert any(clock.name == "first_reply" and not clock.stopped for clock in seen.clocks)
    await case.act(AGENT, Action.REPLY, words="Your bank has it since this morning.")
    assert (await case.until(lambda view: view.stage is Stage.FOLLOW_UP)).outcome is Outcome.ANSWERED
    assert await counts(service) == (1, 0, 1)


async def test_silence_counts_as_answered(service: Service) -> None:
    case = await answered(service)
    await case.pass_time(hours=25)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert view.outcome is Outcome.ANSWERED
    assert view.misses == ()
    assert await counts(service) == (1, 1, 0)


async def test_silence_after_an_answer_that_is_no_close_fit_brings_a_person(service: Service) -> None:
    case = await answered(service, words="退款什么时候处理", locale=Locale.ZH)
    shown = (await case.seen_by(CUSTOMER)).suggestion
    assert shown is not None
    assert shown.score < service.policy.answered_from
    await case.pass_time(hours=24, minutes=10)  # the agent has an hour from then on, where it is daytime
    await with_a_person(case)
    assert "case.answer_unjudged" in await case.timeline()
    assert await counts(service, shown.entry_id) == (1, 0, 0)


async def test_the_very_question_is_answered_although_a_guess_takes_it_for_something_sensitive(service: Service) -> None:
    case = await service.open(Kind.INQUIRY, order_id=None, issue=None, description="怎么开发票？")
    view = await case.waits_for(WaitFor.ANSWER_CHECK)
    assert view.classification is not None
    assert service.policy.issues[view.classification.issue].sensitive
    assert view.suggestion is not None
    assert view.suggestion.score > 0.9


async def test_danger_that_is_told_while_an_answer_is_read_brings_a_person(service: Service) -> None:
    case = await answered(service)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="By the way, the charger caught fire")
    await with_a_person(case)
    assert await counts(service) == (1, 0, 0)


async def test_a_customer_has_a_day_and_no_promise_is_broken_meanwhile(service: Service) -> None:
    case = await answered(service)
    await case.pass_time(hours=23)
    view = await case.seen_by(CUSTOMER)
    assert view.waiting is not None
    assert view.waiting.for_ is WaitFor.ANSWER_CHECK
    assert "clock.missed" not in await case.timeline()


async def test_a_sensitive_issue_goes_to_a_person_at_once(service: Service) -> None:
    case = await inquiry(service, issue=Issue.PLATFORM_ATTITUDE)
    await with_a_person(case)
    assert "case.answer_suggested" not in await case.timeline()
    assert await counts(service) == (0, 0, 0)


async def test_words_that_no_answer_fits_go_to_a_person_at_once(service: Service) -> None:
    case = await inquiry(service, "my neighbour's cat has opinions about your new logo", Issue.PLATFORM_RULE)
    await with_a_person(case)
    assert "case.answer_suggested" not in await case.timeline()


async def test_an_answer_for_another_issue_is_not_shown(service: Service) -> None:
    case = await inquiry(service, issue=Issue.SOILED)
    await with_a_person(case)
    assert await counts(service) == (0, 0, 0)


async def test_a_chinese_question_is_answered_in_chinese(service: Service) -> None:
    case = await answered(service, words="退款多久能到我的银行卡？", locale=Locale.ZH)
    shown = (await case.seen_by(CUSTOMER)).suggestion
    assert shown is not None
    assert shown.title == "退款多久到账？"


async def test_only_the_customer_judges_an_answer_and_only_once(service: Service) -> None:
    case = await answered(service)
    assert (await case.refusal(AGENT, Action.HELPED, helped=True)).type is ErrorType.NOT_ALLOWED_FOR_ROLE
    await case.act(CUSTOMER, Action.HELPED, helped=False)
    assert (await case.refusal(CUSTOMER, Action.HELPED, helped=True)).type is ErrorType.NOT_ALLOWED_NOW
    await with_a_person(case)
    assert await counts(service) == (1, 0, 1)


async def test_a_person_may_answer_before_the_customer_has_judged(service: Service) -> None:
    case = await answered(service)
    await case.act(AGENT, Action.REPLY, words="I have looked it up: tomorrow.")
    assert (await case.until(lambda view: view.stage is Stage.FOLLOW_UP)).outcome is Outcome.ANSWERED
    assert await counts(service) == (1, 0, 0)


async def test_a_request_or_complaint_is_never_answered_by_the_knowledge_base(service: Service) -> None:
    case = await service.open(Kind.COMPLAINT, order_id=None, issue=Issue.REFUND_NOT_ARRIVED, description=QUESTION)
    await case.until(lambda view: view.waiting is not None)
    assert "case.answer_suggested" not in await case.timeline()


async def test_a_question_of_unclear_kind_is_answered_before_anybody_has_to_classify_it(service: Service) -> None:
    case = await service.open(Kind.INQUIRY, order_id=None, issue=None, description="How long does a refund to my card take?")
    shown = await case.until(lambda view: view.suggestion is not None, CUSTOMER)
    assert shown.waiting is not None
    assert shown.waiting.for_ is WaitFor.ANSWER_CHECK
    await case.act(CUSTOMER, Action.HELPED, helped=True)
    assert (await case.until(lambda view: view.stage is Stage.FOLLOW_UP)).outcome is Outcome.ANSWERED


async def test_a_question_about_danger_goes_to_a_person_whatever_the_knowledge_base_knows(service: Service) -> None:
    case = await inquiry(service, f"{QUESTION} The charger caught fire and burned my child.")
    view = await case.until(lambda view: view.waiting is not None)
    assert view.suggestion is None
