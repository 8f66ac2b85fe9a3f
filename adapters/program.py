"""How a program of ours starts and ends: what keeps it from starting is one sentence, and a stop in good order ends with status 0."""

import gc
import os
import sys
from collections.abc import Callable
from typing import NoReturn

import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters import traces
from adapters.database.trouble import words_of
from models.common.errors import RedressError
from settings import WRONG_SETTINGS, Settings, wrong_settings

log = structlog.stdlib.get_logger(__name__)


def run(program: Callable[[Settings], None]) -> NoReturn:
    """Run a program by the settings, to its end."""
    try:
        settings = Settings()
    except WRONG_SETTINGS as error:
        leave(wrong_settings(error))
    try:
        program(settings)
    except RedressError as error:
        log.error("program.cannot_run", detail=error.fault.detail)  # noqa: TRY400  # one sentence
        leave(1)
    except SQLAlchemyError as error:
        log.error("program.cannot_run", detail=words_of(error, settings).splitlines()[0])  # noqa: TRY400
        leave(1)
    except SystemExit as ended:
        leave(ended.code)
    except BaseException:
        log.exception("program.failed")
        leave(1)
    traces.end()
    leave(0)


def collect_from_now() -> None:
    """What a program has made until it is ready stays; to look through it again and again for garbage took a quarter of its start.

    A program switches the garbage collector off before it imports anything.
    """
    gc.freeze()
    gc.enable()


def leave(code: str | int | None) -> NoReturn:
    """End at once: threads of Temporal's client that outlive an interpreter which takes itself down abort the process, now and then."""
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
