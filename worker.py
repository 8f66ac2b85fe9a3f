"""The worker process: builds the adapters, registers workflow and activities, delivers messages, and stops gracefully.

`python worker.py` alone is a worker, fit for deployment; its settings are those of `settings.py`.
"""

import gc

if __name__ == "__main__":
    gc.disable()  # until it is ready

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
import uvloop
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, PollerBehaviorSimpleMaximum, Worker

from activities.case.assignment import DispatchActivities
from activities.case.handover import Handover
from activities.case.history import HistoryActivities
from activities.case.linking import LinkingActivities
from activities.case.merging import MergingActivities
from activities.case.partners import PartnerActivities
from activities.case.records import RecordsActivities
from activities.case.splitting import SplittingActivities
from activities.chargebacks.loop import ChargebackFollowing
from activities.claims import ClaimActivities
from activities.classification import ClassificationActivities
from activities.erasure.loop import Erasure
from activities.figures import Figures
from activities.kit.calendars import CalendarActivities
from activities.kit.carries_out import activities_of, entry_of
from activities.kit.child_reports import ChildReportActivities
from activities.kit.direct import Directly
from activities.kit.signals import starting_cases, to_cases
from activities.knowledge import KnowledgeActivities
from activities.library import LibraryIndexing
from activities.money.coupon import CouponActivities
from activities.notifications.delivery import Delivery
from activities.notifications.undelivered import UndeliveredMessages
from activities.reconciliation.compare import Comparison
from activities.reconciliation.scan import ReconciliationActivities
from activities.remedies.improvement import ImprovementActivities
from activities.remedies.order_change import OrderingActivities
from activities.replacements import ReplacementActivities
from activities.returns.activities import ReturnActivities
from activities.review.follow import ImprovementFollowing
from activities.review.write import ReviewActivities
from activities.sweep import SweepActivities
from activities.tax.loop import CreditNotes
from adapters import traces
from adapters.classification import ClassifierEndpoint
from adapters.connect import Partners
from adapters.data_folder import open_data_folder
from adapters.database.agents import seed_agents
from adapters.database.bank_accounts import bank_accounts_in
from adapters.database.chargebacks import open_chargebacks_in
from adapters.database.engine import Database
from adapters.documents.links import DocumentLinks
from adapters.embedding import embedding
from adapters.erasure.files import Files
from adapters.erasure.histories import Histories
from adapters.evidence.store import evidence_store
from adapters.knowledge.entries import seed_knowledge
from adapters.logs.correlation import Correlation
from adapters.logs.logging import configure_logging
from adapters.program import collect_from_now, run
from adapters.schedules import keep_schedules
from adapters.seal import Sealed
from adapters.telemetry import readiness
from adapters.telemetry.core import Core
from adapters.telemetry.failing import FailingTasks
from adapters.telemetry.gauges import Gauges
from adapters.telemetry.port import open_port
from adapters.temporal import namespace
from adapters.temporal.connection import connect
from adapters.temporal.releases import deployment
from models.common.partner_registry import CASES, DELIVERY, PARTNER_QUEUES
from models.policy.policy import Policy
from rules.case.grading import prepare
from rules.classification.second import best_reading
from rules.notifications.texts import texts
from rules.policy.calendar_checks import not_announced
from rules.policy.knowledge import first_answers
from rules.policy.load import load_policy
from settings import Settings
from workflows.case import CaseWorkflow
from workflows.claims.workflow import ClaimWorkflow
from workflows.kit.sandbox import RUNNER
from workflows.reconciliation import ReconciliationWorkflow
from workflows.replacements.workflow import ReplacementWorkflow
from workflows.returns.workflow import ReturnWorkflow
from workflows.review import ImprovementWorkflow, ReviewWorkflow
from workflows.sweep import SweepWorkflow

LONGEST_ACTIVITY = timedelta(seconds=60)
"""A stopping worker lets a call to a partner end; a second one would have to ask what became of it."""
WORKFLOW_TASKS = 8 * (os.cpu_count() or 1)
"""At once. More would only wait for one another, with the processor and the database between them: in a burst the server then takes them for
lost. Not fewer, because a task that waits for an endpoint that classifies keeps its place.
"""
POLLERS = 5
"""Questions for workflow tasks at once. A number that grows with the load lost more tasks of a burst: the server takes one for begun whose
question was given up, and nobody works on it until its time is over.
"""
PARTNER_POLLERS = 4
"""At most, for each partner's queue: few calls wait there at a time, and an idle connection costs memory."""

STICKY_FOR = timedelta(seconds=3)
"""A task waits so long for the worker that has its case in memory. After a kill -9 that worker is no more: the API waits longer than
this for a case (`ACT_WITHIN`), so that whoever acts gets an answer from another one.
"""

EVERY_DAY = timedelta(days=1)

WORKFLOWS = (
    CaseWorkflow,
    ClaimWorkflow,
    ImprovementWorkflow,
    ReconciliationWorkflow,
    ReplacementWorkflow,
    ReturnWorkflow,
    ReviewWorkflow,
    SweepWorkflow,
)

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Wiring:
    """What a worker carries out."""

    workflows: Sequence[type]
    activities: Sequence[Callable[..., Any]]

    def of(self, queue: str | None) -> list[Callable[..., Any]]:
        """The activities of a partners' queue; None: those of our own, and those that are asked directly (models/activities.py)."""
        own = queue is None
        entries = ((call, entry_of(call)) for call in self.activities)
        return [call for call, entry in entries if entry is not None and (entry.queue == queue or (own and entry.direct))]


def wire(settings: Settings, database: Database, partners: Partners) -> Wiring:
    """Everything that a case needs, in one place, whoever the partners are."""
    policy = load_policy(settings.policy)
    comparison = Comparison(
        database,
        policy,
        payment=partners.payment,
        charges=partners.charges,
        carriers=partners.returns,
        shipments=partners.carrier,
        promotion=partners.promotion,
    )
    reads = best_reading(embedding())
    return Wiring(
        workflows=WORKFLOWS,
        activities=activities_of(
            PartnerActivities(
                partners.merchant,
                partners.carrier,
                partners.payment,
                open_chargebacks_in(database),
                bank_accounts_in(database),
                merchants_have_providers=partners.merchants_have_providers,
            ),
            CouponActivities(partners.promotion, database),
            ImprovementActivities(database),
            RecordsActivities(database, texts(policy.zone), policy),
            ClaimActivities(database, texts(policy.zone), policy, partners.claims),
            ClassificationActivities(ClassifierEndpoint.of(settings, reads), reads),
            DispatchActivities(database, policy),
            ChildReportActivities(),
            LinkingActivities(database),
            MergingActivities(database),
            SplittingActivities(database),
            ReturnActivities(database, partners.returns),
            ReplacementActivities(partners.warehouse, partners.returns),
            CalendarActivities(policy),
            KnowledgeActivities(database),
            HistoryActivities(database),
            OrderingActivities(database, partners.ordering, partners.charges),
            ReconciliationActivities(database, texts(policy.zone), policy, comparison, partners.chargebacks),
            ReviewActivities(database, texts(policy.zone), policy, DocumentLinks(settings, "review")),
            ImprovementFollowing(database, texts(policy.zone), policy),
            SweepActivities(database, texts(policy.zone), policy),
        ),
    )


def chargebacks_of(
    database: Database, policy: Policy, partners: Partners, client: Client, settings: Settings
) -> ChargebackFollowing:
    """The loop that follows chargebacks (RES-12)."""
    return ChargebackFollowing(
        database,
        policy,
        texts(policy.zone),
        providers=partners.chargebacks,
        merchant=partners.merchant,
        payment=partners.payment,
        tell=to_cases(client, "charged_back"),
        start=starting_cases(client, settings.task_queue),
    )


@asynccontextmanager
async def at_work(
    client: Client, settings: Settings, wiring: Wiring, *, patience: timedelta = LONGEST_ACTIVITY
) -> AsyncGenerator[None]:
    """The workers of one process, of what it serves: one for the cases and our database, one for each partner's queue, with its limit.

    `patience`: how long a stopping worker lets its calls go on.
    """
    async with AsyncExitStack() as stack:
        for queue in filter(settings.worker_has, PARTNER_QUEUES):
            await stack.enter_async_context(_of_partners(queue, client, settings, wiring, patience))
        if settings.worker_has(CASES):
            await stack.enter_async_context(_of_cases(client, settings, wiring, patience))
        yield


def _of_cases(client: Client, settings: Settings, wiring: Wiring, patience: timedelta) -> Worker:
    return Worker(
        client,
        **deployment(settings),
        task_queue=settings.task_queue,
        workflows=wiring.workflows,
        activities=wiring.of(None),
        workflow_runner=RUNNER,
        interceptors=[Correlation(), Directly(settings.partner_rates), Sealed(settings)],
        graceful_shutdown_timeout=patience,
        max_cached_workflows=settings.worker_cached_cases,
        max_concurrent_workflow_tasks=WORKFLOW_TASKS,
        sticky_queue_schedule_to_start_timeout=STICKY_FOR,
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(POLLERS),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )


def _of_partners(queue: str, client: Client, settings: Settings, wiring: Wiring, patience: timedelta) -> Worker:
    return Worker(
        client,
        **deployment(settings),
        task_queue=f"{settings.task_queue}-{queue}",
        activities=wiring.of(queue),
        interceptors=[Correlation()],
        graceful_shutdown_timeout=patience,
        max_task_queue_activities_per_second=settings.partner_rates.get(queue),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(initial=1, maximum=PARTNER_POLLERS),
    )


async def tell_of_holidays(policy: Policy, stop: asyncio.Event) -> None:
    """Once a day the log says which days off are not announced, as long as that is so (SLA-2)."""
    while not stop.is_set():
        for told in not_announced(policy, datetime.now(UTC).date()):
            log.warning("holidays.not_announced", detail=told)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY_DAY.total_seconds())


def main(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    open_data_folder(settings)
    configure_logging(settings)
    workflow.logger.workflow_info_on_message = activity.logger.activity_info_on_message = False  # they are keys of their own
    uvloop.run(work(settings))


async def work(settings: Settings) -> None:
    """Carry the cases until told to stop. Raises RedressError when what is needed is not there."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    traces.start(settings, "worker")
    core = Core()
    client = await connect(settings)
    await namespace.check(client, settings)
    database = Database(settings)
    await database.check()
    policy = load_policy(settings.policy)
    prepare(policy.grading)
    await seed_agents(database, policy.agents)
    await seed_knowledge(database, first_answers(policy))
    await keep_schedules(client, settings, policy.zone)
    partners = Partners.connect(settings)
    failing = FailingTasks(client)
    gauges = Gauges(settings, database, client, failing, partners.circuits, core)
    delivering = (
        Delivery(database, policy, partners.notification, partners.email).run,
        UndeliveredMessages(database, policy, to_cases(client, "undelivered")).run,
    )
    beside_cases = (
        Handover(database, policy, to_cases(client, "handed_on")).run,
        chargebacks_of(database, policy, partners, client, settings).run,
        CreditNotes(
            database,
            policy,
            texts(policy.zone),
            merchant=partners.merchant,
            links=DocumentLinks(settings, "credit-note"),
            tell=to_cases(client, "credited"),
        ).run,
        Figures(database, policy).run,
        LibraryIndexing(database).run,
        Erasure(database, policy, Histories(client), Files(database, evidence_store(settings))).run,
        partial(tell_of_holidays, policy),
        failing.run,
    )
    served = {DELIVERY: delivering, CASES: beside_cases}
    loops = [asyncio.create_task(loop(stop)) for part in served if settings.worker_has(part) for loop in served[part]]

    async def checks() -> dict[str, str]:
        return await readiness.checks(settings, database, lambda: readiness.temporal(client))

    try:
        async with at_work(client, settings, wire(settings, database, partners)), open_port(settings, checks, gauges.exposed):
            collect_from_now()
            log.info(
                "worker.ready",
                task_queue=settings.task_queue,
                serves=settings.worker_serves or "everything",
                temporal=settings.temporal,
            )
            await stop.wait()
            log.info("worker.stopping")
    finally:
        stop.set()
        await asyncio.gather(*loops)
        await partners.aclose()
        await database.aclose()


if __name__ == "__main__":
    run(main)
