"""The worker process: builds the adapters, registers workflow and activities, delivers messages, and stops gracefully.

`python worker.py` alone is a worker, fit for deployment; its settings are those of `settings.py`.
"""

import asyncio
import signal
from datetime import timedelta

import structlog
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from activities.calendars import CalendarActivities
from activities.claims import ClaimActivities
from activities.classification import ClassificationActivities
from activities.delivery import Delivery
from activities.coupons import CouponActivities
from activities.dispatch import DispatchActivities
from activities.errands import ErrandActivities
from activities.history import HistoryActivities
from activities.improvements import ImprovementActivities
from activities.knowledge import KnowledgeActivities
from activities.ordering import OrderingActivities
from activities.partners import PartnerActivities
from activities.records import RecordsActivities
from activities.replacements import ReplacementActivities
from activities.returns import ReturnActivities
from adapters.agents import seed_agents
from adapters.classifier_endpoint import ClassifierEndpoint
from adapters.correlation import Correlation
from adapters.database import Database
from adapters.knowledge import seed_knowledge
from adapters.logs import configure_logging
from adapters.partners import Partners
from rules.classify import classify
from rules.policy import load_policy
from rules.texts import texts
from settings import Settings
from workflows.case import CaseWorkflow
from workflows.claims import ClaimWorkflow
from workflows.replacements import ReplacementWorkflow
from workflows.returns import ReturnWorkflow
from workflows.sandboxing import RUNNER

LONGEST_ACTIVITY = timedelta(seconds=60)
"""A stopping worker lets a call to a partner end; a second one would have to ask what became of it."""

log = structlog.stdlib.get_logger(__name__)


def build_worker(client: Client, settings: Settings, database: Database, partners: Partners) -> Worker:
    """A worker with everything that a case needs, wired once."""
    policy = load_policy(settings.policy)
    partner_calls = PartnerActivities(
        partners.merchant, partners.carrier, partners.payment, merchants_have_providers=partners.merchants_have_providers
    )
    coupons = CouponActivities(partners.promotion, database)
    records = RecordsActivities(database, texts(), policy)
    classification = ClassificationActivities(ClassifierEndpoint.of(settings, classify))
    dispatch = DispatchActivities(database, policy)
    returns = ReturnActivities(database, partners.returns)
    replacements = ReplacementActivities(partners.warehouse, partners.carrier)
    knowledge = KnowledgeActivities(database)
    history = HistoryActivities(database)
    claims = ClaimActivities(database, texts(), policy, partners.carrier_claims, partners.merchant_claims)
    ordering = OrderingActivities(database, partners.ordering, partners.charges)
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[CaseWorkflow, ClaimWorkflow, ReplacementWorkflow, ReturnWorkflow],
        activities=[
            partner_calls.look_up,
            partner_calls.ask_partners,
            partner_calls.pay_back,
            partner_calls.refund_states,
            coupons.issue_coupon,
            coupons.revoke_coupon,
            ImprovementActivities(database).begin_improvement,
            records.save_case,
            claims.save_claim,
            claims.send_claim,
            claims.adjust_claim,
            claims.tell_claim_over,
            records.intend_refund,
            records.seal_case,
            classification.classify,
            dispatch.assign_handler,
            ErrandActivities().tell_case,
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
        ],
        workflow_runner=RUNNER,
        interceptors=[Correlation()],
        graceful_shutdown_timeout=LONGEST_ACTIVITY,
        max_cached_workflows=settings.worker_cached_cases,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )


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
    await seed_agents(database, load_policy(settings.policy).agents)
    await seed_knowledge(database)
    partners = Partners.connect(settings)
    delivery = asyncio.create_task(Delivery(database, partners.notification, partners.email).run(stop))
    try:
        async with build_worker(client, settings, database, partners):
            log.info("worker.ready", task_queue=settings.task_queue, temporal=settings.temporal)
            await stop.wait()
            log.info("worker.stopping")
    finally:
        stop.set()
        await delivery
        await partners.aclose()
        await database.aclose()


if __name__ == "__main__":
    asyncio.run(main())
