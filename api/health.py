"""For whoever runs it: is the process alive, can it work, and its figures."""

from datetime import UTC, datetime
from hmac import compare_digest
from itertools import product

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from adapters.database.contacts import FIELDS, Withheld, withheld_today
from adapters.partners.circuit import CircuitState
from adapters.telemetry import readiness
from adapters.telemetry.readiness import OK
from api.http.dependencies import Bearer, PartsOf
from api.http.problems import problem
from api.http.responses import problems
from api.http.schemas import Health
from models.common.vocabulary import ErrorType

router = APIRouter(tags=["operation"])


@router.get("/healthz", summary="Alive?")
async def alive() -> Health:
    """The process answers."""
    return Health(status=OK, checks={})


@router.get("/readyz", summary="Ready?", responses={503: {"description": "Something that we need is away.", "model": Health}})
async def ready(parts: PartsOf, response: Response) -> Health:
    """Whether the database, the data folder's disk and Temporal can be used, each with its word. We work without a partner that is named."""
    checks = await readiness.checks(parts.settings, parts.database, parts.engine.readiness)
    good = all(word == OK for word in checks.values())
    open_circuits = {circuit.partner: circuit for circuit in parts.partners.circuits if circuit.state is not CircuitState.CLOSED}
    checks |= {name: f"down, called again in {circuit.rest:.0f} s" for name, circuit in open_circuits.items()}
    response.status_code = 200 if good else 503
    return Health(status=OK if good else "unavailable", checks=checks)


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    response_class=Response,
    responses=problems(401),
    openapi_extra={"security": [{}]},  # FastAPI adds it to the list: a token, or none
)
async def metrics(parts: PartsOf, credentials: Bearer) -> Response:
    """Requests, durations, cases opened, notices, messages withheld, Temporal's; with the token of REDRESS_METRICS_TOKEN where one is set."""
    wanted = parts.settings.metrics_token
    given = credentials.credentials if credentials else ""
    if wanted is not None and not compare_digest(given.encode(), wanted.get_secret_value().encode()):
        raise problem(
            ErrorType.UNAUTHENTICATED,
            "The metrics need the token of REDRESS_METRICS_TOKEN.",
            "读取指标需要 REDRESS_METRICS_TOKEN 中的令牌。",
            field="Authorization",
        )
    await _count_withheld(parts)
    return Response(await parts.metrics.exposed(), media_type=CONTENT_TYPE_LATEST)


async def _count_withheld(parts: PartsOf) -> None:
    """Without the database the other figures are told all the same."""
    try:
        async with parts.database.reading() as session:
            counted = await withheld_today(session, datetime.now(UTC))
    except (SQLAlchemyError, OSError):
        return
    for channel, reason in product(FIELDS, Withheld):
        parts.metrics.withheld.labels(channel.value, reason.value).set(counted[(channel.value, reason.value)])
