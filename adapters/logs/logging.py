"""Logs of every process: structlog, JSON or console, with what is bound to the context (request id, case id); nothing personal.

The standard library's loggers (uvicorn, Temporal's replay-safe workflow and activity loggers) end in the same place and shape.
"""

import logging
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from adapters.traces import trace_id
from settings import Settings

PERSONAL = frozenset(
    {
        "name",
        "email",
        "phone",
        "words",
        "description",
        "body",
        "subject",
        "comment",
        "reason",
        "question",
        "question_zh",
        "question_en",
        "customer",
        "authorization",
    }
)
"""Keys that never reach a log, whoever passes them."""


CORES_KEYS = {"run_id", "workflow_id", "workflow_type", "task_queue", "error"}
"""What Temporal's core says beside its words. A workflow's failure is none of these: it may quote people."""


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Set up logging for this process. Called once, before anything else is started."""
    out = stream or sys.stderr
    console = settings.log_format == "console" or (settings.log_format == "auto" and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _temporal,
        _trace,
        _nothing_personal,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: list[Processor] = (  # tracebacks without local variables: those hold people's words
        [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for chatty in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for own in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(own).handlers = []
        logging.getLogger(own).propagate = own != "uvicorn.access"  # our own access line has the request id


def _temporal(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Lift what Temporal's loggers say about their workflow or activity into keys; a workflow's id is its case's id."""
    record = event.get("_record")
    for source in ("temporal_workflow", "temporal_activity"):
        said: dict[str, object] = getattr(record, source, None) or {}
        for key in ("workflow_id", "run_id", "workflow_type", "activity_type", "attempt"):
            if key in said:
                event.setdefault(key, said[key])
        if "workflow_id" in said:
            event.setdefault("case_id", said["workflow_id"])
    core: Any = getattr(record, "temporal_log", None)
    of_core: dict[str, Any] = core.fields if core else {}
    for key in CORES_KEYS & of_core.keys():
        event.setdefault(key, of_core[key])
    request_id = getattr(record, "request_id", None)
    if request_id is not None:
        event.setdefault("request_id", request_id)
    return event


def _trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The trace that it is of, where there are traces."""
    if (id_ := trace_id()) is not None:
        event.setdefault("trace_id", id_)
    return event


def _nothing_personal(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for key in PERSONAL & event.keys():
        event[key] = "…"
    return event
