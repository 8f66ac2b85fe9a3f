"""Who calls: bearer tokens (JWT), signed with the local secret (HS256) or by an OIDC provider whose keys are at `jwks_url`.

Claims: `sub` (the customer's, merchant's or carrier's id, or the person's own), `role`, `teams` (agents; none: every team), `locale`.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from jwt import PyJWKClient, PyJWKClientConnectionError
from pydantic import ValidationError

from adapters.secrets import secrets_of
from api.http.problems import ProblemError, problem
from models.common.actors import Actor
from models.common.base import Bilingual
from models.common.vocabulary import ErrorType, Locale, Role
from settings import Settings

LOCAL_ISSUER = "redress"
PROVIDERS_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
LEEWAY = timedelta(seconds=30)

NO_TOKEN = Bilingual(en="This needs a token: send `Authorization: Bearer …`.", zh="需要令牌：请发送 `Authorization: Bearer …`。")
EXPIRED = Bilingual(en="The token has expired; get a new one.", zh="令牌已过期，请重新获取。")
UNKNOWN = Bilingual(en="The token is not one that we accept; get a new one.", zh="令牌无效，请重新获取。")
STRANGE = Bilingual(
    en="The token's claims `sub`, `role` and `teams` are not ones that we know.", zh="令牌中的 `sub`、`role`、`teams` 无法识别。"
)


@dataclass(frozen=True)
class Caller:
    """Who sends a request, and the language their token names."""

    actor: Actor
    locale: Locale | None = None

    @property
    def role(self) -> Role:
        return self.actor.role


def make_token(
    settings: Settings,
    role: Role,
    subject: str,
    teams: tuple[str, ...] = (),
    hours: float = 12,
    *,
    locale: Locale | None = None,
) -> str:
    """A token of the local secret, for development and for partners without an OIDC provider."""
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "sub": Actor(role=role, id=subject, teams=teams).id,  # checked like every id
        "role": role.value,
        "teams": list(teams),
        "aud": settings.jwt_audience,
        "iss": settings.jwt_issuer or LOCAL_ISSUER,
        "iat": now,
        "exp": now + timedelta(hours=hours),
    }
    if locale is not None:
        claims["locale"] = locale.value
    return jwt.encode(claims, secrets_of(settings).jwt, algorithm="HS256")


class Tokens:
    """Reads and checks tokens by the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._provider = PyJWKClient(settings.jwks_url, timeout=5) if settings.jwks_url else None
        self._secret = "" if self._provider else secrets_of(settings).jwt

    async def caller(self, token: str | None) -> Caller:
        """The caller; 401 problems say what is wrong with the token."""
        if not token:
            raise _unauthenticated(NO_TOKEN)
        try:
            claims = await self._claims(token)
        except PyJWKClientConnectionError as error:
            raise problem(
                ErrorType.UNAVAILABLE,
                "The identity provider's keys cannot be read at the moment; try again shortly.",
                "暂时无法读取身份提供方的密钥，请稍后重试。",
                retry_after=5,
            ) from error
        except jwt.ExpiredSignatureError as error:
            raise _unauthenticated(EXPIRED) from error
        except jwt.PyJWTError as error:
            raise _unauthenticated(UNKNOWN) from error
        return _caller(claims)

    async def _claims(self, token: str) -> dict[str, Any]:
        if self._provider is not None:
            key: Any = (await asyncio.to_thread(self._provider.get_signing_key_from_jwt, token)).key
            algorithms = PROVIDERS_ALGORITHMS
        else:
            key, algorithms = self._secret, ["HS256"]
        return jwt.decode(
            token,
            key,
            algorithms=algorithms,
            audience=self._settings.jwt_audience,
            issuer=self._settings.jwt_issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "sub"]},
        )


def _caller(claims: dict[str, Any]) -> Caller:
    try:
        actor = Actor(role=claims.get("role"), id=claims["sub"], teams=tuple(claims.get("teams") or ()))  # pyright: ignore[reportArgumentType]
        locale = Locale(claims["locale"]) if claims.get("locale") in set(Locale) else None
    except (ValidationError, TypeError) as error:
        raise _unauthenticated(STRANGE) from error
    if actor.role not in Role.people():
        raise _unauthenticated(STRANGE)
    return Caller(actor=actor, locale=locale)


def _unauthenticated(said: Bilingual) -> ProblemError:
    return problem(ErrorType.UNAUTHENTICATED, said.en, said.zh, field="Authorization")
