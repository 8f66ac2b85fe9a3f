"""`python -m api`: the API's process. SIGTERM lets running requests finish, then ends."""

import uvicorn

from adapters.data_folder import open_data_folder
from adapters.logs.logging import configure_logging
from adapters.program import run
from api.app import create_app
from api.http.connections import MOST_CONNECTIONS, BoundedHttpProtocol
from settings import Settings

GRACE = 5


def main(settings: Settings) -> None:
    """Serve until told to stop."""
    open_data_folder(settings)
    configure_logging(settings)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        ws="none",
        http=BoundedHttpProtocol,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=GRACE,
    )


if __name__ == "__main__":
    run(main)
