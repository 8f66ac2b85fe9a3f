"""The API as one application: its parts, its layers, its routes."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline

from adapters.connect import Partners
from adapters.database.agents import seed_agents
from adapters.database.engine import Database
from adapters.database.reads import Reads
from adapters.evidence.store import evidence_store
from adapters.knowledge.entries import seed_knowledge
from adapters.secrets import Keyring
from adapters.telemetry.core import Core
from api import codec, contacts, health, inbox, knowledge, me, people, reconciliation, revocations, unanswered
from api.cases import actions, archives, eligibility, evidence, liability, order, queues, reads, root_causes, routing, variants
from api.cases import endpoints as cases
from api.chargebacks import endpoints as chargebacks
from api.claims import endpoints as claims
from api.desk import bulk, drafts, replies, views
from api.erasure import holds
from api.erasure import requests as erasure
from api.http import addresses, bank_accounts, openapi, problems
from api.http.auth import Tokens
from api.http.backlog import Backlog
from api.http.budgets import Admission, Budgets
from api.http.dependencies import Parts
from api.http.doors import Doors
from api.http.limits import MOST_BYTES, BodyLimit
from api.http.metrics import Metrics, Observing
from api.http.sessions import Sessions
from api.http.signed_links import EvidenceLinks
from api.http.temporal import CaseEngine
from api.library import endpoints as library
from api.library import lessons
from api.live import endpoints as live
from api.live.dependencies import Live
from api.orders import ledger as order_ledger
from api.pages import endpoints as pages
from api.pages.cases.endpoints import WITH_FILES
from api.replacements import endpoints as replacements
from api.reports import endpoints as reports
from api.returns import endpoints as returns
from api.review import improvements, reviews, scorecards
from api.tax import endpoints as credit_notes
from api.webhooks import easypost, stripe
from api.webhooks import standard as webhooks
from models.common.partner_registry import CASES, CODEC
from rules.policy.knowledge import first_answers
from rules.policy.load import load_policy
from settings import Settings

ABOUT = """
The after-sales cases and complaints of an online marketplace. Every case goes through **receipt → classification → dispatch →
investigation → resolution → follow-up → archival**; every view of a case lists `available_actions`: what *you* may do now.

每个工单依次经过 **受理 → 分类 → 分派 → 调查 → 处理 → 回访 → 归档**；工单视图中的 `available_actions` 列出您当前可执行的操作。

- **Authorize** with a token: `redress token --role customer --subject C-1`.
- Send an **Idempotency-Key** with every POST: a repeated request then does nothing twice.
- **Accept-Language** `zh` or `en` chooses the words. Errors are RFC 9457 problems naming field and rule.
"""


def create_app(settings: Settings, partners: Partners | None = None, core: Core | None = None) -> FastAPI:
    """The application. It starts without Temporal and without partners; what needs them says so when asked.

    `partners`: those of the settings, unless others are given; whoever gives them closes them. `core`: Temporal's of this process, whose
    figures are told with ours.
    """
    policy = load_policy(settings.policy)
    metrics = Metrics(core)
    metrics.look_ahead(policy)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        database = Database(settings)
        own = Partners.connect(settings)
        metrics.watch((partners or own).circuits)
        app.state.parts = Parts(
            settings=settings,
            database=database,
            engine=await CaseEngine.connect(settings, database),
            policy=policy,
            tokens=Tokens(settings),
            sessions=Sessions(settings, database),
            evidence=evidence_store(settings),
            links=EvidenceLinks(settings),
            keyring=Keyring(settings),
            metrics=metrics,
            budgets=Budgets(settings.rate_limits, settings.requests_at_once),
            reads=Reads(database),
            backlog=Backlog(database, settings.openings_waiting),
            partners=partners or own,
        )
        await seed_agents(database, policy.agents)
        await seed_knowledge(database, first_answers(policy))
        try:
            async with Live.begin(database, partial(live.count_view, policy=policy), inbox.unread_of) as app.state.live:
                yield
        finally:
            await own.aclose()
            await database.aclose()

    app = FastAPIOffline(  # the page of /docs needs nobody's network
        title="Redress",
        version="1",
        description=ABOUT,
        lifespan=lifespan,
        redoc_url=None,
        static_url="/docs/assets",
        swagger_ui_parameters={"persistAuthorization": True, "tryItOutEnabled": True},
    )
    problems.install(app)
    most = settings.evidence_max_bytes + evidence.AROUND
    larger = {evidence.PATH: most, WITH_FILES: most, codec.PATH: codec.MOST_BYTES}
    app.add_middleware(BodyLimit, most=MOST_BYTES, larger=larger)
    app.add_middleware(Admission, most=settings.requests_at_once)
    app.add_middleware(Observing, metrics=metrics)
    app.add_middleware(codec.WebUi, settings=settings)
    app.add_middleware(Doors, settings=settings)  # outermost: its headers are on every answer
    for router in _routers(settings):
        app.include_router(router)
    openapi.install(app)
    return app


def _routers(settings: Settings) -> Iterator[APIRouter]:
    """Of what this process serves."""
    if settings.api_has(CASES):
        work = (queues.router, people.teams, people.agents, routing.router)
        yield from (
            cases.router,
            live.router,
            actions.router,
            addresses.router,
            bank_accounts.router,
            evidence.router,
            evidence.uploads,
            liability.router,
            archives.router,
            reads.router,
            root_causes.router,
            root_causes.catalogue,
            eligibility.router,
            order.router,
            variants.router,
            order_ledger.router,
            improvements.router,
            reviews.router,
            scorecards.router,
            reconciliation.router,
            reconciliation.scans,
            replacements.router,
            returns.router,
            reports.router,
            chargebacks.router,
            credit_notes.router,
            claims.router,
            inbox.router,
            contacts.router,
            me.router,
            revocations.router,
            erasure.router,
            holds.router,
            knowledge.router,
            unanswered.router,
            library.router,
            lessons.router,
            bulk.router,
            views.router,
            drafts.router,
            replies.router,
            replies.filled,
            *work,
            easypost.router,
            stripe.router,  # before the other partners', whose path has any name in its place
            webhooks.router,
            pages.router,
        )
    if settings.api_has(CODEC):
        yield codec.router
    yield health.router
