"""A circuit breaker for each partner: one that is down is not called for a while, from this process; docs/running.md.

After some failures in a row the circuit opens: calls fail at once and say when to come back. Then one call tries; when that fails too,
the pause grows.
"""

import random
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from settings import Settings

PROBE_PAUSE = 2.0
"""Seconds to wait while another call tries the partner."""
JITTER = 0.2
"""The share of the pause that is added at random, so that waiting calls do not return all at once."""

log = structlog.stdlib.get_logger(__name__)


class CircuitState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    """The pause is over: the next call probes the partner."""


@dataclass
class Call:
    """One call under way. `alive`: whether the partner answered, whatever it said; None: nobody knows."""

    alive: bool | None = None


class Circuit:
    """Of one partner. `after`: so many failures in a row open it; `pause` and `longest`: seconds, as `clock` counts them."""

    def __init__(
        self,
        partner: str,
        *,
        after: int = 5,
        pause: float = 5.0,
        longest: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.partner = partner
        self._most, self._first, self._longest = after, pause, longest
        self._clock = clock
        self._failures = 0
        self._pause = 0.0
        self._until = 0.0
        self._trying = False

    @classmethod
    def of(cls, settings: Settings, partner: str) -> Self:
        """As the settings want it."""
        return cls(partner, after=settings.circuit_after, pause=settings.circuit_pause, longest=settings.circuit_longest_pause)

    @property
    def state(self) -> CircuitState:
        if not self._pause:
            return CircuitState.CLOSED
        return CircuitState.OPEN if self.rest else CircuitState.HALF_OPEN

    @property
    def rest(self) -> float:
        """Seconds until the partner is called again."""
        return max(self._until - self._clock(), 0.0) if self._pause else 0.0

    @contextmanager
    def guard(self) -> Generator[Call]:
        """Around every call. Raises PartnerError at once while the circuit is open; a PartnerError of the call itself passes through."""
        probe = self._admit()
        call = Call()
        try:
            yield call
        except PartnerError as error:
            call.alive = error.type is not ErrorType.PARTNER_UNAVAILABLE
            raise
        finally:
            if probe:
                self._trying = False
            if call.alive:
                self._close()
            elif call.alive is False and (probe or not self._pause):
                self._fail()

    def _admit(self) -> bool:
        """Whether this call is the probe of a half-open circuit."""
        match self.state:
            case CircuitState.CLOSED:
                return False
            case CircuitState.HALF_OPEN if not self._trying:
                self._trying = True
                return True
            case _:
                rest = self.rest or PROBE_PAUSE
                rest *= 1 + random.uniform(0, JITTER)  # noqa: S311  # nothing to guess
                words = f"{self.partner} is down (circuit open); next call in {rest:.0f} s"
                raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, words, retry_after=rest)

    def _fail(self) -> None:
        self._failures += 1
        if self._pause or self._failures >= self._most:
            down = bool(self._pause)
            self._pause = min(self._pause * 2, self._longest) if down else self._first
            self._until = self._clock() + self._pause
            say = log.info if down else log.warning
            say(
                "partner.still_down" if down else "partner.down", partner=self.partner, failures=self._failures, pause=self._pause
            )

    def _close(self) -> None:
        if self._pause:
            log.warning("partner.back", partner=self.partner, failures=self._failures)
        self._failures, self._pause = 0, 0.0


class CircuitMetrics(Collector):
    """`redress_partner_open`: 1 while the partner's circuit is open in this process."""

    def __init__(self, circuits: Iterable[Circuit]) -> None:
        self._circuits = tuple(circuits)

    def collect(self) -> Generator[GaugeMetricFamily]:
        gauge = GaugeMetricFamily(
            "redress_partner_open", "1 while the partner's circuit is open in this process.", labels=["partner"]
        )
        for circuit in self._circuits:
            gauge.add_metric([circuit.partner], float(circuit.state is not CircuitState.CLOSED))
        yield gauge
