"""What can be seen from outside of every request: its id, one log line without personal data, and the metrics."""

import re
import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters import traces
from adapters.partners.circuit import Circuit, CircuitMetrics
from adapters.telemetry.core import Core
from api.http.problems import internal, respond
from models.common.calendars import CalendarPolicy
from models.policy.policy import Policy
from rules.common.holidays import announced_to

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
UNKNOWN = "unknown"
"""The route of a request that fits none: addresses are not metrics' labels."""

log = structlog.get_logger("api")


class Metrics:
    """Prometheus metrics of one application."""

    def __init__(self, core: Core | None = None) -> None:
        """`core`: whose figures are told with ours."""
        self._core = core
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "redress_http_requests", "HTTP requests by route and status.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram("redress_http_request_seconds", "Time to answer.", ["method", "route"], registry=self.registry)
        self.opened = Counter("redress_cases_opened", "Cases opened.", ["kind", "channel"], registry=self.registry)
        self.joined = Counter("redress_openings_joined", "Openings that joined an open case (REC-5).", registry=self.registry)
        self.notices = Counter(
            "redress_notices", "Partners' webhooks by what became of them.", ["partner", "result"], registry=self.registry
        )
        self.withheld = Gauge(
            "redress_messages_withheld",
            "Messages of the last 24 hours that were not sent, by channel and reason (NTF-3).",
            ["channel", "reason"],
            registry=self.registry,
        )

    async def exposed(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry) + (await self._core.figures() if self._core else b"")

    def watch(self, circuits: Iterable[Circuit]) -> None:
        """Partners that are down are among the figures."""
        self.registry.register(CircuitMetrics(circuits))

    def look_ahead(self, policy: Policy) -> None:
        """So is how far ahead each calendar's days off are announced (SLA-2)."""
        days = Gauge(
            "redress_holidays_announced_days", "Days ahead with announced days off.", ["calendar"], registry=self.registry
        )
        for name, calendar in policy.calendars.items():
            days.labels(name).set_function(partial(_announced, calendar))


def _announced(calendar: CalendarPolicy) -> int:
    today = datetime.now(UTC).date()
    return (announced_to(calendar, today) - today).days


WENT_AWAY = 499
"""Whoever asked closed the connection before all was sent; nobody is told this status, but the figures say it. As nginx counts them."""


class Observing:
    """Outermost of our own layers: also turns what nobody expected into a problem."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.request_id = _request_id(request)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.state.request_id)
        started, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request.state.request_id
                headers.update(getattr(request.state, "budget_headers", {}))
            await send(message)

        with traces.asked(scope["method"], request.headers) as span:
            try:
                await self._app(scope, receive, sending)
            except ClientDisconnect:
                status = status or WENT_AWAY
            except Exception:
                log.exception("request failed")
                if status:
                    raise
                await respond(request, internal())(scope, receive, sending)
            finally:
                route = self._count(scope, status, time.perf_counter() - started)
                span.update_name(f"{scope['method']} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})

    def _count(self, scope: Scope, status: int, seconds: float) -> str:
        """The request among the figures; its route."""
        route = getattr(scope.get("route"), "path_format", UNKNOWN)
        self._metrics.requests.labels(scope["method"], route, str(status)).inc()
        self._metrics.seconds.labels(scope["method"], route).observe(seconds)
        if route not in QUIET:
            log.info("request", method=scope["method"], route=route, status=status, milliseconds=round(seconds * 1000, 1))
        return route


def _request_id(request: Request) -> str:
    given = request.headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
