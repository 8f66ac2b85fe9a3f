"""Signing in with the identity provider: OpenID Connect's authorization code with PKCE (RFC 7636).

`state` and `nonce` are kept in a cookie of the browser that began, so that nobody is signed in by a link of somebody else. Role and teams are claims
of the ID token, as of bearer tokens; whether they count, the table of people says (api/http/membership.py).
"""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
import jwt
import structlog
from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from adapters.secrets import secrets_of
from api.http.auth import PROVIDERS_ALGORITHMS, caller_of_claims
from api.http.membership import admitted
from api.http.problems import ProblemError, not_found, problem
from api.http.provider_keys import ProviderKeys
from api.pages.navigation import CONSOLE, SIGN_IN, own_address
from api.pages.page import Visit, VisitOf
from api.pages.routes import PageRoute
from models.common.base import Bilingual
from models.common.vocabulary import ErrorType
from settings import Settings

router = APIRouter(prefix=SIGN_IN, route_class=PageRoute, include_in_schema=False)

log = structlog.get_logger("api.pages.provider")
BEGUN = "redress_sign_in"
"""The cookie of a sign-in that is under way."""
WITHIN = timedelta(minutes=10)
TIMEOUT = 10.0
NOT_BEGUN = Bilingual(
    en="it was not begun in this browser, or more than ten minutes ago", zh="不是在此浏览器中发起的，或已超过十分钟"
)
NO_CODE = Bilingual(en="the provider did not let you in", zh="身份提供方未允许登录")
OTHER = Bilingual(en="it belongs to another one that was begun", zh="与所发起的登录不一致")
NO_TOKEN = Bilingual(en="the provider gave no token for its code", zh="身份提供方未提供令牌")
BAD_TOKEN = Bilingual(en="the provider's token is not good", zh="身份提供方的令牌无效")
Told = Annotated[str | None, Query(max_length=4000)]


@router.get("/provider")
async def begin(visit: VisitOf, to: Annotated[str, Query(max_length=2000)] = CONSOLE) -> Response:
    """To the provider."""
    settings = visit.parts.settings
    found = await _provider(settings)
    state, nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": _callback(visit),
        "scope": settings.oidc_scope,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    response = RedirectResponse(f"{found['authorization_endpoint']}?{urlencode(asked)}", 303)
    kept = {"state": state, "nonce": nonce, "verifier": verifier, "to": own_address(to), "exp": datetime.now(UTC) + WITHIN}
    secure = visit.parts.sessions.secure(visit.request)
    content = jwt.encode(kept, _key(settings), algorithm="HS256")
    response.set_cookie(BEGUN, content, max_age=int(WITHIN.total_seconds()), path=SIGN_IN, secure=secure, httponly=True)
    return response


@router.get("/callback")
async def callback(visit: VisitOf, code: Told = None, state: Told = None, error: Told = None) -> Response:
    """Back from the provider, with a code that its ID token is had for."""
    settings = visit.parts.settings
    try:
        kept = jwt.decode(
            visit.request.cookies.get(BEGUN, ""), _key(settings), algorithms=["HS256"], options={"require": ["exp"]}
        )
    except jwt.PyJWTError as wrong:
        raise _refused(NOT_BEGUN) from wrong
    if error is not None or code is None:
        log.warning("sign_in.not_let_in", error=error)
        raise _refused(NO_CODE)
    if state is None or not secrets.compare_digest(state, kept["state"]):
        raise _refused(OTHER)
    claims = await _claims(visit, code, kept["verifier"])
    if not secrets.compare_digest(str(claims.get("nonce")), kept["nonce"]):
        raise _refused(OTHER)
    caller = await admitted(visit.parts.database, caller_of_claims(claims))
    response = visit.to(own_address(kept["to"]))
    await visit.parts.sessions.begin(visit.request, response, caller.actor)
    response.delete_cookie(BEGUN, path=SIGN_IN)
    return response


async def _claims(visit: Visit, code: str, verifier: str) -> dict[str, Any]:
    """Those of the ID token that the provider gives for the code. Raises ProblemError."""
    settings = visit.parts.settings
    found = await _provider(settings)
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _callback(visit),
        "client_id": str(settings.oidc_client_id),
        "code_verifier": verifier,
    }
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, auth=_by_secret(settings)) as http:
            answer = await http.post(found["token_endpoint"], data=asked)
        token = str(answer.json()["id_token"])
        key = await ProviderKeys(str(settings.jwks_url)).key_of(token)
        return jwt.decode(
            token,
            key,
            algorithms=PROVIDERS_ALGORITHMS,
            audience=settings.oidc_client_id,
            issuer=settings.jwt_issuer,
            leeway=timedelta(seconds=30),
            options={"require": ["exp", "sub", "iss", "aud"]},
        )
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as wrong:
        log.warning("sign_in.no_token", error=type(wrong).__name__)
        raise _refused(NO_TOKEN) from wrong
    except jwt.PyJWTError as wrong:
        log.warning("sign_in.bad_token", why=str(wrong))
        raise _refused(BAD_TOKEN) from wrong


def _by_secret(settings: Settings) -> httpx.BasicAuth | None:
    secret = settings.oidc_client_secret
    return httpx.BasicAuth(str(settings.oidc_client_id), secret.get_secret_value()) if secret else None


async def _provider(settings: Settings) -> dict[str, str]:
    """The provider's addresses, by its discovery document. Raises ProblemError: 404 without a provider, 503 for one that does not answer."""
    if settings.oidc_client_id is None or settings.jwt_issuer is None or settings.jwks_url is None:
        raise not_found()
    address = f"{settings.jwt_issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT) as http:
            told: dict[str, Any] = (await http.get(address)).raise_for_status().json()
        return {name: str(told[name]) for name in ("authorization_endpoint", "token_endpoint")}
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as wrong:
        raise problem(
            ErrorType.UNAVAILABLE,
            "The identity provider cannot be asked at the moment. Try again shortly; operators look at REDRESS_JWT_ISSUER.",
            "暂时无法访问身份提供方，请稍后重试；运维人员请检查 REDRESS_JWT_ISSUER。",
            retry_after=5,
        ) from wrong


def _callback(visit: Visit) -> str:
    """Where the provider sends the browser back to; it has to know this address."""
    own = visit.parts.settings.public_url or str(visit.request.base_url)
    return f"{own.rstrip('/')}{SIGN_IN}/callback"


def _key(settings: Settings) -> bytes:
    """Of sign-ins that are under way alone."""
    return hmac.new(secrets_of(settings).jwt.encode(), b"sign-ins that are under way", hashlib.sha256).digest()


def _refused(why: Bilingual) -> ProblemError:
    return problem(
        ErrorType.NOT_ALLOWED_FOR_ROLE,
        f"This sign-in does not count: {why.en}. Begin again at {SIGN_IN}.",
        f"登录无效（{why.zh}）。请从 {SIGN_IN} 重新登录。",
        rule="sign-in",
    )
