"""The Temporal server as the commands use it: what goes wrong there ends the command in a sentence."""

from temporalio.client import Client

from adapters.temporal.connection import connect
from adapters.temporal.trouble import unusable
from commands.kit.failure import CommandError
from commands.kit.language import in_language
from models.common.errors import RedressError
from settings import Settings


async def connected(settings: Settings) -> Client:
    """Raises CommandError."""
    try:
        return await connect(settings)
    except RedressError as error:
        raise failed(error) from error


def failed(error: RedressError) -> CommandError:
    """The fault's words in the language of the terminal."""
    return CommandError(in_words(error))


def in_words(error: RedressError) -> str:
    """The fault in the language of the terminal."""
    return in_language("{zh}", "{en}", zh=error.fault.detail_zh or error.fault.detail, en=error.fault.detail)


def trouble_of(error: Exception, settings: Settings) -> str:
    """What is wrong with the server or the way to it, whatever a call ended with."""
    return in_words(error if isinstance(error, RedressError) else RedressError(unusable(error, settings)))
