"""What each report shows (RVW-1): by what cases are counted when nothing is said, and the columns, each once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.common.base import Bilingual
from models.figures import Column, Counted, Dimension, FigureUnit
from models.policy.reports import ReportsPolicy

CASES, SPEED, SOLUTION, ATTITUDE = "cases", "speed", "solution", "attitude"
SCORES = (SPEED, SOLUTION, ATTITUDE)


class ReportName(StrEnum):
    """The reports that count cases by a dimension, then those with a shape of their own."""

    DASHBOARD = "dashboard"
    VOLUME = "volume"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"
    RESPONSIBILITY = "responsibility"
    SLA = "sla"
    HOURS = "hours"
    TIMES = "times"
    GIVEN = "given"
    RECOVERIES = "recoveries"


@dataclass(frozen=True)
class Measure:
    """A column: how many cases count for something, the share of those of which it is, or the mean of a score."""

    name: str
    zh: str
    en: str
    counts: Counted | None = None
    """None: every case counts."""
    among: tuple[Counted, ...] | None = None
    """A share of those that count for one of these; (): of all cases of the row. None: a plain count."""
    of_all: bool = False
    """A share of all cases of the report."""
    mean_of: str | None = None

    @property
    def unit(self) -> FigureUnit:
        if self.mean_of is not None:
            return FigureUnit.SCORE
        return FigureUnit.CASES if self.among is None and not self.of_all else FigureUnit.SHARE

    @property
    def needs(self) -> frozenset[str]:
        """The sums that it is worked out from."""
        if self.mean_of is not None:
            return frozenset({self.mean_of, Counted.RATED})
        return frozenset({CASES, *({self.counts} if self.counts else ()), *(self.among or ())})

    def column(self, policy: ReportsPolicy) -> Column:
        goals = {"answered_in_time_share": policy.answered.share, "solved_in_time_share": policy.solved.share}
        return Column(name=self.name, title=Bilingual(zh=self.zh, en=self.en), unit=self.unit, goal=goals.get(self.name))


def _count(name: str, zh: str, en: str, counts: Counted | None = None) -> Measure:
    return Measure(name, zh, en, counts)


def _share(counts: Counted, zh: str, en: str, *among: Counted) -> Measure:
    return Measure(f"{counts}_share", zh, en, counts, among)


ALL = _count(CASES, "工单数", "Cases")
PART = Measure("part", "占比", "Part of all", of_all=True)
OVER = _count("over", "已结束", "Over", Counted.OVER)
SOLVED = _count("solved", "已解决", "Solved", Counted.SOLVED)
FIRST_CONTACT = _share(Counted.FIRST_CONTACT, "一次解决率", "Solved at first contact", Counted.SOLVED)
WITHOUT_PERSON = _share(Counted.WITHOUT_PERSON, "无人工解决率", "Solved without a person", Counted.SOLVED)
DISPUTED = _share(Counted.DISPUTED, "对方案有异议", "Solution disputed")
REOPENED = _share(Counted.REOPENED, "重新打开率", "Reopened")
RETURNED = _share(Counted.RETURNED, "退货率", "With goods to come back")
MISSED = _share(Counted.MISSED, "承诺超时率", "With a promise missed")
RATED = _count("rated", "评价数", "Rated", Counted.RATED)
RATED_SHARE = _share(Counted.RATED, "参评率", "Share that rated")
UNHAPPY = _share(Counted.UNHAPPY, "低分率", "With a low score", Counted.RATED)
SPEED_MEAN = Measure(SPEED, "响应速度评分", "Speed of response", mean_of=SPEED)
SOLUTION_MEAN = Measure(SOLUTION, "解决方案评分", "Solution", mean_of=SOLUTION)
ATTITUDE_MEAN = Measure(ATTITUDE, "服务态度评分", "Attitude", mean_of=ATTITUDE)
ANSWERED_IN_TIME = _share(
    Counted.ANSWERED_IN_TIME, "及时答复率", "Answered in time", Counted.ANSWERED_IN_TIME, Counted.ANSWERED_LATE
)
ANSWERED_LATE = _count("answered_late", "答复超时", "Answered late, or still waiting", Counted.ANSWERED_LATE)
SOLVED_IN_TIME = _share(Counted.SOLVED_IN_TIME, "及时解决率", "Solved in time", Counted.SOLVED_IN_TIME, Counted.SOLVED_LATE)
SOLVED_LATE = _count("solved_late", "解决超时", "Solved late, or still open", Counted.SOLVED_LATE)


@dataclass(frozen=True)
class Spec:
    """A report that counts cases."""

    zh: str
    en: str
    by: tuple[Dimension, ...]
    measures: tuple[Measure, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """The sums, in a steady order; how many cases there are comes first."""
        return (CASES, *sorted({need for measure in self.measures for need in measure.needs} - {CASES}))


SPECS: Mapping[ReportName, Spec] = {
    ReportName.DASHBOARD: Spec(
        "概览",
        "Dashboard",
        (),
        (
            ALL,
            OVER,
            ANSWERED_IN_TIME,
            SOLVED_IN_TIME,
            FIRST_CONTACT,
            WITHOUT_PERSON,
            DISPUTED,
            REOPENED,
            MISSED,
            SPEED_MEAN,
            SOLUTION_MEAN,
            ATTITUDE_MEAN,
        ),
    ),
    ReportName.VOLUME: Spec("工单量", "Volume", (Dimension.ISSUE,), (ALL, PART, OVER)),
    ReportName.RESOLUTION: Spec(
        "解决情况", "Resolution", (Dimension.ISSUE,), (ALL, SOLVED, FIRST_CONTACT, WITHOUT_PERSON, DISPUTED, REOPENED, RETURNED)
    ),
    ReportName.SATISFACTION: Spec(
        "满意度",
        "Satisfaction",
        (Dimension.ISSUE,),
        (ALL, RATED, RATED_SHARE, SPEED_MEAN, SOLUTION_MEAN, ATTITUDE_MEAN, UNHAPPY),
    ),
    ReportName.RESPONSIBILITY: Spec("责任方", "Responsible party", (Dimension.PARTY,), (ALL, PART, RETURNED)),
    ReportName.SLA: Spec(
        "时效达成",
        "Service level",
        (Dimension.CHANNEL,),
        (ALL, ANSWERED_IN_TIME, ANSWERED_LATE, SOLVED_IN_TIME, SOLVED_LATE, MISSED),
    ),
}
OTHERS: Mapping[ReportName, Bilingual] = {
    ReportName.HOURS: Bilingual(zh="时段分布", en="Hours and weekdays"),
    ReportName.TIMES: Bilingual(zh="处理与等待时间", en="Handling and waiting time"),
    ReportName.GIVEN: Bilingual(zh="补偿支出", en="Money given"),
    ReportName.RECOVERIES: Bilingual(zh="追偿", en="Recoveries"),
}
