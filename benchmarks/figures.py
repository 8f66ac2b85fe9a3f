"""What each figure must reach (the project's quality goals), and the unit of every figure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A bound, or none. `at_least`: more is better."""

    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def bound(self) -> str:
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}".strip()
        return f"≥ {self.least:g} {self.unit}".strip() if self.least is not None else ""

    def ratio(self, measured: float) -> float | None:
        """How much of the bound is used (at most 1 is well) or reached (at least 1 is well)."""
        bound = self.most if self.most is not None else self.least
        return measured / bound if bound else None

    def met(self, measured: float) -> bool:
        return (self.most is None or measured <= self.most) and (self.least is None or measured >= self.least)


NOISE = 1.15
"""How much slower with many cases than with few is still the same on a machine that does other things too."""

GOALS: dict[str, Goal] = {
    "from empty PostgreSQL and cluster to archived cases": Goal("s", most=600),
    "wheels of the image": Goal(),
    "wheels of the image, MB": Goal("MB", most=250),
    "worker, cold start, CPU": Goal("s", most=5),
    "history events, refund without a person": Goal("events", most=36),
    "history events, damaged and sent back": Goal("events", most=120),
    "lives a second through HTTP": Goal("/s"),
    "bare workflows a second": Goal("/s"),
    "lives, share of bare workflows": Goal(),
    "lives, share of bare workflows by CPU": Goal(least=0.75),
    "a life on Redress, a second": Goal("/s"),
    "a life on DBOS, a second": Goal("/s"),
    "a bare workflow on Temporal, a second": Goal("/s"),
    "a bare workflow on DBOS, a second": Goal("/s"),
    "lives a second, Redress over DBOS": Goal(least=1),
    "open over HTTP, share of direct, p50": Goal(most=1.3),
    "open over HTTP, share of direct, p99": Goal(most=1.5),
    "CPU of a life, encrypted over plain": Goal(most=1.05),
    "MB of a worker for each open cached case": Goal("MB", most=0.12),
    "MB of a worker for each open evicted case": Goal("MB", most=0.01),
    "cold worker, open cases replayed and looked at a second": Goal("/s"),
    "warm worker, open cases looked at a second": Goal("/s"),
    "burst, through the first stages, over the time of opening": Goal(most=1.5),
    "burst, longest workflow task": Goal("s", most=2),
    "burst, workflow tasks over 2 s": Goal("tasks", most=0),
    "burst, failed operations of the server": Goal(most=0),
    "open one more, many over few": Goal(most=NOISE),
    "act on one, many over few": Goal(most=NOISE),
    "list a page, many over few": Goal(most=NOISE),
    "list, database's CPU, p50": Goal("ms"),
    "list, database's CPU, p99": Goal("ms", most=30),
    "list, database's CPU, worst": Goal("ms"),
    "list, waiting, p99": Goal("ms", most=50),
    "search, SQLite, CPU, p50": Goal("ms"),
    "search, SQLite, CPU, p99": Goal("ms", most=200),
    "search, SQLite, waiting, p99": Goal("ms", most=200),
    "similar cases, SQLite, CPU, p50": Goal("ms"),
    "similar cases, SQLite, CPU, p99": Goal("ms", most=300),
    "similar cases, SQLite, waiting, p99": Goal("ms", most=300),
    "search, PostgreSQL, CPU, p50": Goal("ms"),
    "search, PostgreSQL, CPU, p99": Goal("ms", most=200),
    "search, PostgreSQL, waiting, p99": Goal("ms", most=200),
    "similar cases, PostgreSQL, CPU, p50": Goal("ms"),
    "similar cases, PostgreSQL, CPU, p99": Goal("ms", most=300),
    "similar cases, PostgreSQL, waiting, p99": Goal("ms", most=300),
    "indexing a case, CPU": Goal("ms", most=5),
    "recall of a customer with 200 cases, CPU": Goal("ms", most=10),
    **{
        f"{figure}, {where}": Goal("ms", most=most)
        for where in ("PostgreSQL with 1,000,000", "PostgreSQL with 100,000", "SQLite with 50,000")
        for figure, most in (("slowest report, CPU", 1000), ("dashboard, cold, CPU", 1500), ("dashboard, warm, CPU", 200))
    },
    "queue, server, p95": Goal("ms", most=60),
    "case, server, p95": Goal("ms", most=80),
    "search, server, p95": Goal("ms", most=200),
    "report, server, p95": Goal("ms", most=1000),
    **{
        f"steps: {job}": Goal(most=most)
        for job, most in {
            "take": 1,
            "reply": 2,
            "canned reply": 3,
            "ask": 3,
            "propose suggested": 2,
            "propose own": 6,
            "transfer": 3,
            "escalate": 2,
            "note": 2,
            "approve": 2,
        }.items()
    },
    **{f"{page}, cold": Goal("KiB", most=most) for page, most in (("queue", 60), ("case", 60), ("report", 120))},
    **{f"{page}, warm": Goal("KiB", most=12) for page in ("queue", "case", "report")},
    "another screen, worst": Goal("ms", most=1000),
    "idle, queries a second": Goal("/s", most=1),
    "first question to a calendar": Goal("µs"),
    "deadline, working time over a year of holidays": Goal("µs", most=50),
    "working time between two instants": Goal("µs"),
    "ms a text of a customer": Goal("ms", most=1),
    "ms a text of a thousand characters and more": Goal("ms"),
}

UNITS = {
    "open over HTTP": "ms",
    "start_workflow directly": "ms",
    "open one more": "ms",
    "act on one": "ms",
    "list a page": "ms",
    "CPU seconds": "s",
    "volume by issue": "ms",
    "slowest report": "ms",
    "lives a second, workers": "/s",
    "opening": "s",
    "step": "s",
    "image": "s",
}
"""Of figures that are told without a goal, by how their name begins."""


def goal_of(figure: str) -> Goal:
    return GOALS.get(figure) or Goal(next((unit for start, unit in UNITS.items() if figure.startswith(start)), ""))
