"""`python -m sandbox`: the sandbox partners on one port."""

import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from pydantic import TypeAdapter

from models.common.credentials import Credentials, Holder
from sandbox.app import create_app
from sandbox.kit.books import OtherSeedError
from sandbox.kit.parts import Options


def main(
    *,
    host: Annotated[str, typer.Option(envvar="REDRESS_SANDBOX_HOST", help="Where it listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="REDRESS_SANDBOX_PORT")] = 8100,
    seed: Annotated[int, typer.Option(help="The same seed gives the same orders.")] = 1,
    data_dir: Annotated[Path, typer.Option(help="Where its books are; a folder of its own.")] = Path(".redress/sandbox"),
    secrets_file: Annotated[
        Path | None, typer.Option(envvar="REDRESS_SECRETS_FILE", help="The secrets of the Redress whose partners it plays.")
    ] = None,
    webhook_url: Annotated[
        str | None, typer.Option(help="Where Redress takes notices, as http://127.0.0.1:8000/v1/webhooks.")
    ] = None,
    refund_delay: Annotated[float, typer.Option(help="Seconds from a refund's acceptance to its arrival.")] = 2.0,
    answer_delay: Annotated[float, typer.Option(help="Seconds until a merchant or carrier that answers does so.")] = 2.0,
    times: Annotated[
        int, typer.Option(envvar="REDRESS_SANDBOX_TIMES", min=1, help="How often all of the 400 orders, for many cases.")
    ] = 1,
) -> None:
    """Serve until SIGTERM or SIGINT.

    The credentials of REDRESS_PARTNER_CREDENTIALS (docs/settings.md), or those in the secrets file, sign the notices and let callers in. Without
    either REDRESS_PARTNER_TOKEN does the latter.
    """
    given = os.environ.get("REDRESS_PARTNER_CREDENTIALS") or (
        json.dumps(json.loads(secrets_file.read_text(encoding="utf-8"))["partners"]) if secrets_file else None
    )
    credentials = TypeAdapter(dict[Holder, Credentials]).validate_json(given) if given else {}
    options = Options(
        token=os.environ.get("REDRESS_PARTNER_TOKEN") or (None if credentials else "sandbox"),
        refund_delay=timedelta(seconds=refund_delay),
        answer_delay=timedelta(seconds=answer_delay),
        times=times,
    )
    try:
        app = create_app(data_dir, seed, webhook_url=webhook_url, credentials=credentials, options=options)
    except OtherSeedError as error:
        sys.exit(str(error))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _nothing)  # uvicorn stops by it, and then raises it anew: a stop in good order is no death
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=2)


def _nothing(*_: object) -> None:
    """What is left to do about a signal."""


if __name__ == "__main__":
    typer.run(main)
