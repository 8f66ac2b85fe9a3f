"""For whoever runs it: is the process alive, can it work, and its figures."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from adapters.partners.circuit import CircuitState
from api.http.dependencies import PartsOf
from api.http.schemas import Health
from models.common.errors import RedressError

router = APIRouter(tags=["operation"])

OK = "ok"


@router.get("/healthz", summary="Alive?")
async def alive() -> Health:
    """The process answers."""
    return Health(status=OK, checks={})


@router.get("/readyz", summary="Ready?", responses={503: {"description": "Something that we need is away.", "model": Health}})
async def ready(parts: PartsOf, response: Response) -> Health:
    """Whether the database and Temporal can be used, each with its word. A partner that is down is named; we work without it."""
    checks = {"database": await _database(parts), "temporal": OK if await parts.engine.ready() else "unreachable"}
    good = all(word == OK for word in checks.values())
    open_circuits = {circuit.partner: circuit for circuit in parts.partners.circuits if circuit.state is not CircuitState.CLOSED}
    checks |= {name: f"down, called again in {circuit.rest:.0f} s" for name, circuit in open_circuits.items()}
    response.status_code = 200 if good else 503
    return Health(status=OK if good else "unavailable", checks=checks)


async def _database(parts: PartsOf) -> str:
    try:
        await parts.database.check()
    except RedressError as error:
        return error.fault.detail
    except (SQLAlchemyError, OSError):
        return "unreachable"
    return OK


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
async def metrics(parts: PartsOf) -> Response:
    """Requests, durations, cases opened, notices taken in."""
    return Response(generate_latest(parts.metrics.registry), media_type=CONTENT_TYPE_LATEST)
