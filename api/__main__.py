"""`python -m api`: the API's process. SIGTERM lets running requests finish, then ends."""

import gc

if __name__ == "__main__":
    gc.disable()  # until it is ready

import signal

import uvicorn

from adapters import traces
from adapters.data_folder import open_data_folder
from adapters.logs.logging import configure_logging
from adapters.program import collect_from_now, run
from adapters.telemetry.core import Core
from api.app import create_app
from api.http.connections import KEPT_OPEN, MOST_CONNECTIONS, BoundedHttpProtocol
from settings import Settings

GRACE = 5


def main(settings: Settings) -> None:
    """Serve until told to stop."""
    open_data_folder(settings)
    configure_logging(settings)
    traces.start(settings, "api")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _nothing)  # uvicorn stops by it, and then raises it anew: a stop in good order is no death
    app = create_app(settings, core=Core())
    collect_from_now()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        ws="none",
        http=BoundedHttpProtocol,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEPT_OPEN,
        timeout_graceful_shutdown=GRACE,
    )


def _nothing(*_: object) -> None:
    """What is left to do about a signal."""


if __name__ == "__main__":
    run(main)
