"""Why a database cannot be used, in a sentence for whoever runs it: what is wrong, with which file, and what to do."""

from sqlalchemy.exc import DBAPIError

from adapters.database.engine import url_of
from settings import Settings

UNREACHABLE = "unreachable"
_SQLITE = {
    "SQLITE_FULL": "the disk of {where} is full; make room",
    "SQLITE_CORRUPT": "{where} is damaged; stop Redress, put the file aside and restore it from a backup",
    "SQLITE_NOTADB": "{where} is no database, or is damaged; stop Redress, put the file aside and restore it from a backup",
    "SQLITE_CANTOPEN": "{where} cannot be opened; look at its folder and its permissions",
    "SQLITE_READONLY": "{where} may not be written; look at its permissions",
    "SQLITE_IOERR": "the disk of {where} does not read or write; look at the disk",
}
"""By the beginning of SQLite's own name of the error."""
_POSTGRESQL = {
    "53100": "the disk of {where} is full; make room on the server",
    "28": "{where} refuses our name or password; look at REDRESS_DATABASE_URL",
    "3D": "{where} has no such database; make it",
    "XX": "{where} found its own data damaged; look at its log and restore from a backup",
}
"""By the beginning of the SQLSTATE."""


def trouble_of(error: BaseException, settings: Settings) -> str:
    """The sentence; a plain "unreachable" where the error says no more. Nothing that a person wrote is in it."""
    url = url_of(settings)
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if url.get_backend_name() == "sqlite":
        return _told(_SQLITE, getattr(cause, "sqlite_errorname", None), str(url.database))
    return _told(_POSTGRESQL, getattr(cause, "sqlstate", None), f"the database {url.database} at {url.host}")


def words_of(error: Exception, settings: Settings) -> str:
    """The sentence, or the error's own words where it says no more; for a terminal."""
    told = trouble_of(error, settings)
    return str(error) if told == UNREACHABLE else told


def _told(sentences: dict[str, str], code: str | None, where: str) -> str:
    fitting = (sentence for start, sentence in sentences.items() if code and code.startswith(start))
    return next(fitting, UNREACHABLE).format(where=where)
