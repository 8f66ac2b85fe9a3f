"""Who calls: bearer tokens (JWT), signed with the local secret (HS256) or by an OIDC provider whose keys are at `jwks_url`.

Claims: `sub` (the customer's, merchant's or carrier's id, or the person's own), `role`, `teams` (agents; none: all of theirs), `locale`, and of every
JWT `exp`, `iss`, `aud`, `iat`, `jti`. Whether such a token counts: api/http/membership.py.
Of customers `email` with `email_verified` and `phone_number` with `phone_number_verified` (OpenID Connect) are confirmed thereby (NTF-3).
"""

import math
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from pydantic import ValidationError

from adapters.secrets import secrets_of
from api.http.problems import ProblemError, problem
from api.http.provider_keys import ProviderKeys
from models.common.actors import Actor
from models.common.base import Bilingual
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType, Locale, Role
from settings import Settings

LOCAL_ISSUER = "redress"
PROVIDERS_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
LEEWAY = timedelta(seconds=30)

NO_TOKEN = Bilingual(en="This needs a token: send `Authorization: Bearer …`.", zh="需要令牌：请发送 `Authorization: Bearer …`。")
TOO_LONG = Bilingual(
    en="The token is good for longer than tokens may be (REDRESS_JWT_MAX_HOURS); get one that expires sooner.",
    zh="令牌有效期超过上限（REDRESS_JWT_MAX_HOURS），请获取有效期更短的令牌。",
)
EXPIRED = Bilingual(en="The token has expired; get a new one.", zh="令牌已过期，请重新获取。")
UNKNOWN = Bilingual(en="The token is not one that we accept; get a new one.", zh="令牌无效，请重新获取。")
STRANGE = Bilingual(
    en="The token's claims `sub`, `role` and `teams` are not ones that we know.", zh="令牌中的 `sub`、`role`、`teams` 无法识别。"
)


LEAST_BYTES, LEAST_BITS = 32, 192
"""Of the local secret: HS256 wants 32 bytes (RFC 7518, 3.2); so many bits at least, by the characters that occur in it."""


@dataclass(frozen=True)
class Caller:
    """Who sends a request, the language their token names, and what is to be known of the token while a stream goes on."""

    actor: Actor
    locale: Locale | None = None
    token_id: str | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    email: str | None = None
    phone: str | None = None
    """What the token says to be verified of the customer's own."""

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
    email: str | None = None,
    phone: str | None = None,
) -> str:
    """A token of the local secret, for development and for partners without an OIDC provider. Raises RedressError for a longer time than allowed."""
    if hours > settings.jwt_max_hours:
        detail = f"A token is good for {settings.jwt_max_hours:g} hours at most (REDRESS_JWT_MAX_HOURS)."
        raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, field="hours"))
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "sub": Actor(role=role, id=subject, teams=teams).id,  # checked like every id
        "role": role.value,
        "teams": list(teams),
        "aud": settings.jwt_audience,
        "iss": settings.jwt_issuer or LOCAL_ISSUER,
        "iat": now,
        "jti": secrets.token_hex(8),
        "exp": now + timedelta(hours=hours),
    }
    if locale is not None:
        claims["locale"] = locale.value
    if email is not None:
        claims |= {"email": email, "email_verified": True}
    if phone is not None:
        claims |= {"phone_number": phone, "phone_number_verified": True}
    return jwt.encode(claims, secrets_of(settings).jwt, algorithm="HS256")


class Tokens:
    """Reads and checks tokens by the settings. Raises RedressError (INVALID) for settings under which no token can be trusted."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._provider = ProviderKeys(settings.jwks_url) if settings.jwks_url else None
        self._secret = "" if self._provider else strong(secrets_of(settings).jwt)
        self._issuer = settings.jwt_issuer or LOCAL_ISSUER
        if self._provider is not None and settings.jwt_issuer is None:
            detail = "REDRESS_JWKS_URL needs REDRESS_JWT_ISSUER: the provider's name as its tokens have it in iss."
            raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, field="jwt_issuer"))

    async def caller(self, token: str | None) -> Caller:
        """The caller; 401 problems say what is wrong with the token."""
        if not token:
            raise unauthenticated(NO_TOKEN)
        try:
            claims = await self._claims(token)
        except jwt.ExpiredSignatureError as error:
            raise unauthenticated(EXPIRED) from error
        except (
            jwt.PyJWTError,
            ValueError,
            OverflowError,
            TypeError,
        ) as error:  # the library lets some through, as of an endless exp
            raise unauthenticated(UNKNOWN) from error
        caller = caller_of_claims(claims)
        self._refuse_too_long(caller)
        return caller

    def _refuse_too_long(self, caller: Caller) -> None:
        since = caller.issued_at or datetime.now(UTC)
        if caller.expires_at is None or caller.expires_at - since > timedelta(hours=self._settings.jwt_max_hours) + LEEWAY:
            raise unauthenticated(TOO_LONG)

    async def _claims(self, token: str) -> dict[str, Any]:
        if self._provider is not None:
            key, algorithms = await self._provider.key_of(token), PROVIDERS_ALGORITHMS
        else:
            key, algorithms = self._secret, ["HS256"]
        return jwt.decode(
            token,
            key,
            algorithms=algorithms,
            audience=self._settings.jwt_audience,
            issuer=self._issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "sub", "iss"]},
        )


def strong(secret: str) -> str:
    """The secret, when nobody guesses it. Raises RedressError for one that is too short or too plain."""
    if len(secret.encode()) >= LEAST_BYTES and len(secret) * math.log2(max(len(set(secret)), 1)) >= LEAST_BITS:
        return secret
    detail = (
        f"REDRESS_JWT_SECRET, or jwt in the secrets file, is too weak: whoever guesses it is anybody. It needs {LEAST_BYTES} random bytes. "
        "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    )
    raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, field="jwt_secret"))


def caller_of_claims(claims: dict[str, Any]) -> Caller:
    """Whom checked claims name. Raises ProblemError for a subject, role or teams that cannot be."""
    try:
        actor = Actor(role=claims.get("role"), id=claims["sub"], teams=tuple(claims.get("teams") or ()))  # pyright: ignore[reportArgumentType]
        locale = Locale(claims["locale"]) if claims.get("locale") in set(Locale) else None
        issued, expires, token_id = _instant(claims.get("iat")), _instant(claims["exp"]), claims.get("jti")
    except (ValidationError, TypeError, ValueError, OverflowError) as error:
        raise unauthenticated(STRANGE) from error
    if actor.role not in Role.people():
        raise unauthenticated(STRANGE)
    return Caller(
        actor,
        locale,
        token_id if isinstance(token_id, str) else None,
        issued,
        expires,
        email=_verified(claims, "email"),
        phone=_verified(claims, "phone_number"),
    )


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(float(seconds), UTC)


def _verified(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and claims.get(f"{name}_verified") is True else None


def unauthenticated(said: Bilingual) -> ProblemError:
    """A problem of the token."""
    return problem(ErrorType.UNAUTHENTICATED, said.en, said.zh, field="Authorization")
