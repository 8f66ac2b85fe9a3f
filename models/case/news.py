"""The events of a person's stream. Each says what changed, so that a page can ask for that alone; none repeats what a case holds."""

from typing import ClassVar

from models.case.desk_views import PresentView
from models.common.readers import Everybody, Platform
from models.common.views import View


class News(View):
    """One event; `name` is its type. Of the same `about`, the newest says all."""

    name: ClassVar[str]

    @property
    def about(self) -> str:
        return self.name


class CaseNews(News):
    """A case in your sight was saved; `gone`: it left your sight. A page that shows it asks for it again."""

    name: ClassVar[str] = "case"
    case_id: Everybody[str]
    version: Everybody[int]
    gone: Everybody[bool] = False

    @property
    def about(self) -> str:
        return f"{self.name} {self.case_id}"


class PresenceNews(News):
    """Who has a case open now; nobody: everybody left."""

    name: ClassVar[str] = "presence"
    case_id: Platform[str]
    present: Platform[tuple[PresentView, ...]]

    @property
    def about(self) -> str:
        return f"{self.name} {self.case_id}"


class InboxNews(News):
    """How many messages you have not read."""

    name: ClassVar[str] = "inbox"
    unread: Everybody[int]


class CountNews(News):
    """How many cases a saved view has for you, as `GET /v1/saved-views/counts` says it."""

    name: ClassVar[str] = "count"
    id: Platform[str]
    count: Platform[int]
    more: Platform[bool]

    @property
    def about(self) -> str:
        return f"{self.name} {self.id}"


class Ready(News):
    """The stream follows from here on: what you ask for now, and what it tells, leave out nothing."""

    name: ClassVar[str] = "ready"


class Reload(News):
    """More was missed than is told one by one: ask for everything again."""

    name: ClassVar[str] = "reload"


class End(News):
    """The stream ends: `token_expired`, `token_revoked` or `no_access`."""

    name: ClassVar[str] = "end"
    reason: Everybody[str]


NEWS: tuple[type[News], ...] = (CaseNews, PresenceNews, InboxNews, CountNews, Ready, Reload, End)
