"""Traces (OpenTelemetry) from the API through workflow and activity to the partner, where a collector is set (docs/operating.md#traces).

Without one everything here does nothing. Spans carry ids, routes and names of activities; nothing that a person wrote.
"""

from collections.abc import Generator, Mapping, MutableMapping
from contextlib import contextmanager

from opentelemetry import propagate, trace
from temporalio.client import Interceptor

from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from settings import Settings

_tracer = trace.get_tracer("redress")


def start(settings: Settings, program: str) -> None:
    """Once in a process. Raises RedressError (INVALID) where the extra `tracing` is not installed."""
    if settings.traces_url is None:
        return
    try:
        # of the extra, and slow to import
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ModuleNotFoundError as error:
        detail = f"REDRESS_TRACES_URL needs the extra `tracing` ({error.name} is missing): make install EXTRAS=[tracing]"
        raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, field="traces_url")) from error
    provider = TracerProvider(resource=Resource.create({"service.name": f"redress-{program}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{settings.traces_url.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)


def end() -> None:
    """Send what has not been sent."""
    shutdown = getattr(trace.get_tracer_provider(), "shutdown", None)
    if shutdown is not None:
        shutdown()


def interceptors(settings: Settings) -> tuple[Interceptor, ...]:
    """Temporal's own: for a client and, by it, for the workers that it has."""
    if settings.traces_url is None:
        return ()
    from temporalio.contrib.opentelemetry import TracingInterceptor  # noqa: PLC0415  # needs the extra

    return (TracingInterceptor(),)


@contextmanager
def asked(method: str, headers: Mapping[str, str]) -> Generator[trace.Span]:
    """Around a request to us, within the trace that its caller names."""
    with _tracer.start_as_current_span(method, propagate.extract(headers), kind=trace.SpanKind.SERVER) as span:
        yield span


@contextmanager
def asking(whom: str, call: str, headers: MutableMapping[str, str]) -> Generator[trace.Span]:
    """Around a call of a partner, who is told which trace it is of."""
    with _tracer.start_as_current_span(f"{whom} {call.partition(' ')[0]}", kind=trace.SpanKind.CLIENT) as span:
        propagate.inject(headers)
        yield span


def trace_id() -> str | None:
    """Of what is done at the moment; None: it is of no trace."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None
