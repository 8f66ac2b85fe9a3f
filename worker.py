"""The worker process: builds the adapters, registers workflow and activities, delivers messages, and stops gracefully.

`python worker.py` alone is a worker, fit for deployment; its settings are those of `settings.py`.
"""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
import uvloop
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from activities.case.assignment import DispatchActivities
from activities.case.history import HistoryActivities
from activities.case.partners import PartnerActivities
from activities.case.records import RecordsActivities
from activities.claims import ClaimActivities
from activities.classification import ClassificationActivities
from activities.kit.calendars import CalendarActivities
from activities.kit.child_reports import ChildReportActivities
from activities.knowledge import KnowledgeActivities
from activities.money.coupon import CouponActivities
from activities.notifications.delivery import Delivery
from activities.reconciliation.compare import Comparison
from activities.reconciliation.scan import ReconciliationActivities
from activities.remedies.improvement import ImprovementActivities
from activities.remedies.order_change import OrderingActivities
from activities.replacements import ReplacementActivities
from activities.returns.activities import ReturnActivities
from adapters.classification import ClassifierEndpoint
from adapters.connect import Partners
from adapters.database.agents import seed_agents
from adapters.database.engine import Database
from adapters.knowledge.entries import seed_knowledge
from adapters.logs.correlation import Correlation
from adapters.logs.logging import configure_logging
from adapters.schedules import keep_schedules
from models.common.queues import PARTNER_OF, PartnerQueue
from rules.classification.classify import classify
from rules.notifications.texts import texts
from rules.policy.load import load_policy
from settings import Settings
from workflows.case import CaseWorkflow
from workflows.claims.workflow import ClaimWorkflow
from workflows.kit.sandbox import RUNNER
from workflows.reconciliation import ReconciliationWorkflow
from workflows.replacements.workflow import ReplacementWorkflow
from workflows.returns.workflow import ReturnWorkflow

LONGEST_ACTIVITY = timedelta(seconds=60)
"""A stopping worker lets a call to a partner end; a second one would have to ask what became of it."""
PARTNER_POLLERS = 4
"""At most, for each partner's queue: few calls wait there at a time, and an idle connection costs memory."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Wiring:
    """What a worker carries out."""

    workflows: Sequence[type]
    activities: Sequence[Callable[..., Any]]

    def of(self, partner: PartnerQueue | None) -> list[Callable[..., Any]]:
        """The activities of a partner's queue; None: those of our own (models/common/queues.py)."""
        return [call for call in self.activities if PARTNER_OF.get(call.__name__) is partner]


def wire(settings: Settings, database: Database, partners: Partners) -> Wiring:
    """Everything that a case needs, in one place, whoever the partners are."""
    policy = load_policy(settings.policy)
    calls = PartnerActivities(
        partners.merchant, partners.carrier, partners.payment, merchants_have_providers=partners.merchants_have_providers
    )
    coupons = CouponActivities(partners.promotion, database)
    records = RecordsActivities(database, texts(), policy)
    returns = ReturnActivities(database, partners.returns)
    replacements = ReplacementActivities(partners.warehouse, partners.returns)
    knowledge = KnowledgeActivities(database)
    history = HistoryActivities(database)
    claims = ClaimActivities(database, texts(), policy, partners.carrier_claims, partners.merchant_claims)
    ordering = OrderingActivities(database, partners.ordering, partners.charges)
    comparison = Comparison(
        database,
        policy,
        payment=partners.payment,
        charges=partners.charges,
        carriers=partners.returns,
        promotion=partners.promotion,
    )
    reconciliation = ReconciliationActivities(database, texts(), policy, comparison)
    return Wiring(
        workflows=(CaseWorkflow, ClaimWorkflow, ReconciliationWorkflow, ReplacementWorkflow, ReturnWorkflow),
        activities=(
            calls.look_up,
            calls.ask_partners,
            calls.pay_back,
            calls.refund_states,
            coupons.issue_coupon,
            coupons.revoke_coupon,
            ImprovementActivities(database).begin_improvement,
            records.save_case,
            claims.save_claim,
            claims.send_claim,
            claims.open_claim,
            claims.adjust_claim,
            claims.tell_claim_over,
            records.intend_refund,
            records.seal_case,
            ClassificationActivities(ClassifierEndpoint.of(settings, classify)).classify,
            DispatchActivities(database, policy).assign_handler,
            ChildReportActivities().tell_case,
            returns.prepare_return,
            returns.arrange_pickup,
            returns.trace_parcel,
            returns.send_goods_back,
            returns.call_off_return,
            replacements.reserve_stock,
            replacements.renew_stock,
            replacements.release_stock,
            replacements.send_replacement,
            replacements.stop_replacement,
            replacements.watch_parcel,
            replacements.order_repair,
            replacements.decide_repair,
            replacements.repair_state,
            CalendarActivities(policy).renew_calendars,
            knowledge.suggest_answer,
            knowledge.count_helped,
            history.recall,
            history.take_goods,
            history.release_goods,
            ordering.change_order,
            ordering.change_state,
            ordering.undo_change,
            ordering.ask_charge,
            ordering.charge_state,
            ordering.cancel_charge,
            ordering.book_charge,
            reconciliation.reconcile_page,
            reconciliation.end_scan,
        ),
    )


@asynccontextmanager
async def at_work(
    client: Client, settings: Settings, wiring: Wiring, *, patience: timedelta = LONGEST_ACTIVITY
) -> AsyncGenerator[None]:
    """The workers of one process: one for the cases and our database, one for each partner's queue, with its limit.

    `patience`: how long a stopping worker lets its calls go on.
    """
    cases = Worker(
        client,
        task_queue=settings.task_queue,
        workflows=wiring.workflows,
        activities=wiring.of(None),
        workflow_runner=RUNNER,
        interceptors=[Correlation()],
        graceful_shutdown_timeout=patience,
        max_cached_workflows=settings.worker_cached_cases,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
    of_partners = [
        Worker(
            client,
            task_queue=f"{settings.task_queue}-{partner}",
            activities=wiring.of(partner),
            interceptors=[Correlation()],
            graceful_shutdown_timeout=patience,
            max_task_queue_activities_per_second=settings.partner_rates.get(partner.value),
            activity_task_poller_behavior=PollerBehaviorAutoscaling(initial=1, maximum=PARTNER_POLLERS),
        )
        for partner in PartnerQueue
    ]
    async with AsyncExitStack() as stack:
        for worker in (*of_partners, cases):
            await stack.enter_async_context(worker)
        yield


async def main() -> None:
    """Work until SIGTERM or SIGINT."""
    settings = Settings()
    configure_logging(settings)
    workflow.logger.workflow_info_on_message = activity.logger.activity_info_on_message = False  # they are keys of their own
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = await Client.connect(
        settings.temporal, namespace=settings.temporal_namespace, data_converter=pydantic_data_converter
    )
    database = Database(settings)
    await database.check()
    await seed_agents(database, load_policy(settings.policy).agents)
    await seed_knowledge(database)
    await keep_schedules(client, settings)
    partners = Partners.connect(settings)
    delivery = asyncio.create_task(Delivery(database, partners.notification, partners.email).run(stop))
    try:
        async with at_work(client, settings, wire(settings, database, partners)):
            log.info("worker.ready", task_queue=settings.task_queue, temporal=settings.temporal)
            await stop.wait()
            log.info("worker.stopping")
    finally:
        stop.set()
        await delivery
        await partners.aclose()
        await database.aclose()


if __name__ == "__main__":
    uvloop.run(main())
