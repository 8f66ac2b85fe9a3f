"""The one way to the Temporal server, for API, worker and commands: address, namespace, TLS and keys by the settings (docs/operating.md)."""

from pathlib import Path
from typing import Any

from temporalio.client import Client, Interceptor
from temporalio.service import RetryConfig, RPCError, TLSConfig

from adapters import traces
from adapters.payloads.converter import data_converter
from adapters.seal import Sealing
from adapters.temporal.trouble import unusable
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from settings import Settings


async def connect(
    settings: Settings, *interceptors: Interceptor, lazy: bool = False, retry_config: RetryConfig | None = None
) -> Client:
    """A client whose words workflows believe. `lazy`: nothing is connected before the first call.

    Raises RedressError: UNAVAILABLE with what is wrong with the server or the way to it, INVALID for settings that do not go together.
    """
    api_key, tls, options = settings.temporal_api_key, _tls(settings), dict[str, Any](lazy=lazy, retry_config=retry_config)
    try:
        return await Client.connect(
            settings.temporal,
            namespace=settings.temporal_namespace,
            api_key=api_key.get_secret_value() if api_key else None,
            tls=tls,
            data_converter=data_converter(settings),
            interceptors=[*interceptors, *traces.interceptors(settings), Sealing(settings)],
            **options,
        )
    except (RPCError, RuntimeError) as error:
        raise RedressError(unusable(error, settings)) from error


def _tls(settings: Settings) -> TLSConfig | bool:
    if not settings.temporal_by_tls:
        return False
    certificate, key = _content("temporal_certificate", settings), _content("temporal_key", settings)
    if (certificate is None) != (key is None):
        lacks = "REDRESS_TEMPORAL_KEY" if key is None else "REDRESS_TEMPORAL_CERTIFICATE"
        raise _wrong("temporal_key", f"A client's certificate goes with its key: {lacks} is not set.")
    return TLSConfig(
        server_root_ca_cert=_content("temporal_ca", settings),
        domain=settings.temporal_server_name,
        client_cert=certificate,
        client_private_key=key,
    )


def _content(name: str, settings: Settings) -> bytes | None:
    path: Path | None = getattr(settings, name)
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise _wrong(name, f"REDRESS_{name.upper()}: {path} cannot be read ({error.strerror}).") from error


def _wrong(field: str, detail: str) -> RedressError:
    return RedressError(Fault(type=ErrorType.INVALID, detail=detail, field=field))
