"""Short-lived links to one piece of evidence of one case (INV-3): for a page's `img`, or a partner's system, that has no token of its own."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import jwt

from adapters.secrets import secrets_of
from api.http.problems import ProblemError, problem
from models.common.base import Bilingual
from models.common.vocabulary import ErrorType
from settings import Settings

EXPIRED = Bilingual(en="The link has expired; ask for a new one.", zh="链接已过期，请重新获取。")
FORGED = Bilingual(en="The link is not one of ours; ask for a new one.", zh="链接无效，请重新获取。")


class Linked(NamedTuple):
    """What a link leads to, and until when."""

    case_id: str
    sha256: str
    until: datetime


class EvidenceLinks:
    """Makes and reads links' tokens, signed with a key of their own: none is ever good as somebody's bearer token, nor the other way round."""

    def __init__(self, settings: Settings) -> None:
        self._key = hmac.new(secrets_of(settings).jwt.encode(), b"links to evidence", hashlib.sha256).digest()
        self._life = timedelta(seconds=settings.evidence_link_seconds)

    def make(self, case_id: str, sha256: str) -> tuple[str, datetime]:
        """A token, and when it expires."""
        until = (datetime.now(UTC) + self._life).replace(microsecond=0)
        return jwt.encode({"case": case_id, "piece": sha256, "exp": until}, self._key, algorithm="HS256"), until

    def read(self, token: str) -> Linked:
        """What the token leads to; 404 for one that is over or that we never made."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"], options={"require": ["exp"]})
        except jwt.ExpiredSignatureError as error:
            raise _nowhere(EXPIRED) from error
        except jwt.PyJWTError as error:
            raise _nowhere(FORGED) from error
        return Linked(claims["case"], claims["piece"], datetime.fromtimestamp(claims["exp"], UTC))


def _nowhere(said: Bilingual) -> ProblemError:
    return problem(ErrorType.NOT_FOUND, said.en, said.zh, field="token", rule="INV-3")
