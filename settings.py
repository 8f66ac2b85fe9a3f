"""Every setting, once. Each is an environment variable with the prefix `REDRESS_`, or a line of a `.env` file."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from models.common.credentials import Credentials, Holder
from models.common.partner_registry import API_PARTS, PARTNER_QUEUES, WORKER_PARTS, Partner

ROOT = Path(__file__).resolve().parent


def _one_of(*known: str) -> AfterValidator:
    def check(name: str) -> str:
        if name not in known:
            unknown = PydanticCustomError("unknown", "{name} is none of {known}", {"name": name, "known": ", ".join(known)})
            raise unknown
        return name

    return AfterValidator(check)


RateLimit = Annotated[str, Field(pattern=r"^[1-9][0-9]*/(second|minute|hour|day)$")]
PartnerQueue = Annotated[str, _one_of(*PARTNER_QUEUES)]
WorkerPart = Annotated[str, _one_of(*WORKER_PARTS)]
ApiPart = Annotated[str, _one_of(*API_PARTS)]


class Settings(BaseSettings):
    """The settings of every process of Redress. Defaults are those of `make run`: everything on this machine."""

    model_config = SettingsConfigDict(env_prefix="REDRESS_", env_file=".env", extra="ignore", populate_by_name=True)

    data_dir: Path = Path(".redress")
    """Databases, evidence, secrets and logs of `redress up`."""
    host: str = "127.0.0.1"
    """Where the API listens, and nothing else."""
    temporal_host: str = "127.0.0.1"
    """Where the Temporal server of `redress up` and its Web UI listen: whoever reaches them can read and stop every case."""
    sandbox_host: str = "127.0.0.1"
    """Where the sandbox partners listen."""
    allowed_hosts: list[str] = []
    """Host names under which the API answers, as JSON: `["desk.shop.example"]`; localhost, `host` and IP addresses always are."""
    api_port: int = 8000
    temporal_port: int = 7233
    ui_port: int = 8233
    sandbox_port: int = 8100

    temporal_address: str | None = None
    """A Temporal cluster's host:port; None: this machine's, at `temporal_port`."""
    temporal_namespace: str = "default"
    """One for one Redress: cases, claims and schedules have their ids in it."""
    temporal_tls: bool | None = None
    """Whether the connection is encrypted; None: when one of the following is set."""
    temporal_ca: Path | None = None
    """The certificate, in PEM, of the authority that signed the server's; None: the public ones."""
    temporal_server_name: str | None = None
    """The name in the server's certificate; None: the host of the address."""
    temporal_certificate: Path | None = None
    """Our certificate for a server that wants one (mTLS), in PEM, and its key."""
    temporal_key: Path | None = None
    temporal_api_key: SecretStr | None = None
    """An API key, as of Temporal Cloud."""
    temporal_ui: str | None = None
    """The address of the cluster's Web UI, for messages that name it; None: that of `redress up`, at `ui_port`."""
    temporal_program: Path | None = None
    """The Temporal CLI program; None: the one on PATH, beside the interpreter, or the SDK's download."""
    temporal_deployment_name: str | None = Field(default=None, validation_alias="TEMPORAL_DEPLOYMENT_NAME")
    """The Worker Deployment that the workers belong to; None: they take all cases, whichever release began them (docs/releases.md)."""
    temporal_worker_build_id: str | None = Field(default=None, validation_alias="TEMPORAL_WORKER_BUILD_ID")
    """The version of that deployment that this program is."""
    task_queue: str = "cases"
    """Where workers take their work from; the partners' queues begin with it (`cases-payment`)."""
    worker_serves: list[WorkerPart] = []
    """What a worker does, as JSON: `["cases", "delivery"]`. Empty: everything; the workers together have to do all of it."""
    api_serves: list[ApiPart] = []
    """What an API process answers, as JSON: `["codec"]` alone, or `["cases"]` without it. Empty: both."""
    worker_cached_cases: int = 1000
    """Open cases that a worker keeps in memory; an evicted one is replayed when something happens to it."""

    database_url: str | None = None
    """`postgresql://user:password@host/name` or `sqlite:///path`; None: SQLite in `data_dir`."""

    policy: Path = ROOT / "policies" / "default.yaml"

    classifier_url: str | None = None
    """An OpenAI-compatible API (`https://host/v1`) that classifies customers' words; None: the local model does."""
    classifier_model: str = "default"
    classifier_key: SecretStr | None = None
    classifier_timeout: float = 3.0
    """Seconds until the local model answers instead."""

    merchant_url: str | None = None
    """Partner addresses; None: the sandbox on this machine, at `sandbox_port`."""
    carrier_url: str | None = None
    payment_url: str | None = None
    promotion_url: str | None = None
    notification_url: str | None = None
    partner_token: SecretStr | None = None
    """One bearer token for all partners; None: each has its own (docs/security.md)."""
    partner_timeout: float = 5.0
    """Seconds that one call of a partner may take."""

    reconcile_cron: str = "30 4 * * *"
    """When our books are compared with the partners'. Not in the hours in which clocks are changed, or it runs twice a day or not at all."""
    reconcile_zone: str | None = None
    """The time zone of that hour; None: the policy's."""
    sweep_cron: str = "*/15 * * * *"
    """When the open cases are compared with their workflows."""
    review_cron: str = "0 7 * * 1"
    """When the seven days before are reviewed, in the market's zone."""
    review_link_days: int = Field(default=60, ge=1)
    """How long a link to a review works."""
    credit_note_link_days: int = Field(default=365, ge=1)
    """How long the link to a credit note works that its customer is sent."""
    public_url: str | None = None
    """Where people reach the API, as `https://desk.shop.example`, for links in messages; None: where it listens."""

    circuit_after: int = Field(default=5, ge=1)
    """After so many failures in a row a partner's circuit opens: it is not called for a while."""
    circuit_pause: float = Field(default=5.0, gt=0)
    """Seconds; twice as long after every further failure."""
    circuit_longest_pause: float = Field(default=300.0, gt=0)

    partner_rates: dict[PartnerQueue, Annotated[float, Field(gt=0)]] = {}
    """The most activities a second that partners are called by, over all workers, as JSON: `{"payment": 20}`. Not named: no limit."""

    payment_providers: dict[str, Literal["http", "stripe"]] = {}
    """Merchants whose payments are with a provider of their own, as JSON: `{"M-7": "stripe"}`; everybody else's are at `payment_url`."""
    stripe_key: SecretStr | None = None
    """Stripe's secret key, `sk_…`."""
    stripe_url: str = "https://api.stripe.com"
    stripe_webhook_secret: SecretStr | None = None
    """Stripe's signing secret of `POST /v1/webhooks/stripe`, `whsec_…`; None: its webhooks are refused."""

    easypost_key: SecretStr | None = None
    """EasyPost's API key: parcels that the carriers' address does not know are tracked there; None: they are not."""
    easypost_url: str = "https://api.easypost.com/v2"
    easypost_webhook_secret: SecretStr | None = None
    """EasyPost's `webhook_secret` of `POST /v1/webhooks/easypost`; None: its webhooks are refused."""

    secrets_file: Path | None = None
    """The secrets that no setting gives; None: `secrets.json` in `data_dir`. It is made at first start; several machines share one."""
    payload_keys_held_by: Annotated[str, Field(pattern=r"^aws-kms:.+$")] | None = None
    """Who holds payload keys that are made from now on: `aws-kms:` with a key's id, ARN or alias; None: the secrets file."""
    partner_credentials: dict[Holder, Credentials] = {}
    """Partners' secrets and tokens, instead of those in the file, as JSON: `{"carrier/SF": {"webhook": ["whsec_…"], "token": ["…"]}}`."""
    webhook_secret: SecretStr | None = None
    """`whsec_…` of all partners' webhooks, as in earlier releases; None: each partner has its own."""

    smtp_host: str | None = None
    """None: e-mail goes to the notification provider like SMS and push."""
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: bool = False
    mail_from: str = "service@redress.example"

    evidence_url: str | None = None
    """`s3://bucket/prefix` or `file:///folder`; None: a folder in `data_dir`."""
    evidence_max_bytes: int = 20 * 1024 * 1024
    evidence_uploads_a_day: int = 200
    """Files that one person or partner may upload within 24 hours."""
    evidence_decoders: int = Field(default=2, ge=1)
    """Pictures that one process decodes at once, each in a process of its own."""
    evidence_decode_seconds: float = Field(default=10.0, gt=0)
    """Processor time that a picture may take; three times as much on the clock."""
    evidence_decode_bytes: int = Field(default=1536 * 1024 * 1024, ge=256 * 1024 * 1024)
    """Memory that it may take; 50 million pixels need up to 900 MB."""
    evidence_link_seconds: int = 300
    """How long a link to a piece of evidence works."""
    clamav_address: str | None = None
    """A ClamAV daemon (`host:port`, or its socket's path) that looks into every upload; None: nobody does."""

    jwt_secret: SecretStr | None = None
    """The local signing secret (HS256); None: made at first start, in `data_dir`."""
    jwks_url: str | None = None
    """With OIDC: where the provider's keys are; tokens of the local secret are then refused."""
    jwt_audience: str = "redress"
    jwt_issuer: str | None = None
    """None: `redress`, the name in local tokens. A provider's has to be given."""
    oidc_client_id: str | None = None
    """As what the provider of `jwks_url` knows the console; None: browsers are signed in by links alone, where there is no provider."""
    oidc_client_secret: SecretStr | None = None
    """None: the provider knows the console as a public client, by PKCE alone."""
    oidc_scope: str = "openid"
    """What is asked of the provider, by blanks apart; its ID token has to bring the claims `role` and `teams`."""
    jwt_max_hours: float = Field(default=24, gt=0)
    """The longest that a token may be good for."""
    session_hours: float = Field(default=12, gt=0)
    """How long a browser stays signed in; at most `jwt_max_hours`, as what was revoked is remembered for that long."""
    session_idle_minutes: float = Field(default=60, gt=0)
    """A browser that nobody uses for so long is signed out."""
    sign_in_link_minutes: float = Field(default=15, gt=0)
    """How long a link of `redress sign-in` works, once."""

    rate_limits: dict[str, RateLimit] = {
        "customer": "120/minute",
        "merchant": "1200/minute",
        "carrier": "1200/minute",
        "agent": "1200/minute",
        "supervisor": "1200/minute",
        "analyst": "600/minute",
        "opening": "30/hour",
        "notices": "60/hour",
        "unauthenticated": "60/minute",
    }
    """The most requests of one caller by role, of a customer's openings, of a partner's notices about one case, and of an address
    without a token, as JSON; not named: no limit."""
    requests_at_once: int = Field(default=64, ge=1)
    """So many requests are served at once by an API process; more are refused with 503 and `Retry-After`."""
    openings_waiting: int = Field(default=300, ge=1)
    """So many cases that an API process has opened may wait for a worker to take them up; more openings are refused with 503 and `Retry-After`."""

    worker_host: str = "127.0.0.1"
    worker_port: int | None = None
    """Where a worker answers `/healthz`, `/readyz` and `/metrics`; None: nowhere."""
    web_ui_origins: list[str] = []
    """Where the Temporal Web UI is, as JSON: `["https://temporal.shop.example"]`; its pages may have payloads decrypted. Empty: `ui_port`."""

    metrics_token: SecretStr | None = None
    """The bearer token that `/metrics` asks for; None: whoever reaches API or worker reads them."""
    traces_url: str | None = None
    """An OpenTelemetry collector (OTLP over HTTP, `http://host:4318`) that traces are sent to; None: nobody is."""

    log_format: Literal["auto", "json", "console"] = "auto"
    """auto: console on a terminal, JSON otherwise."""
    log_level: str = "INFO"

    def worker_has(self, part: str) -> bool:
        """Whether this worker serves that one of `WORKER_PARTS`."""
        return part in self.worker_serves or not self.worker_serves

    def api_has(self, part: str) -> bool:
        """Whether this API process serves that one of `API_PARTS`."""
        return part in self.api_serves or not self.api_serves

    @property
    def temporal(self) -> str:
        return self.temporal_address or f"{self.temporal_host}:{self.temporal_port}"

    @property
    def temporal_by_tls(self) -> bool:
        if self.temporal_tls is not None:
            return self.temporal_tls
        asking = (
            self.temporal_ca,
            self.temporal_server_name,
            self.temporal_certificate,
            self.temporal_key,
            self.temporal_api_key,
        )
        return any(setting is not None for setting in asking)

    @property
    def temporal_ui_url(self) -> str | None:
        """Where people look at cases; None: of a cluster nobody has said."""
        own = None if self.temporal_address else f"http://{self.temporal_host}:{self.ui_port}"
        return self.temporal_ui or own

    @property
    def api_url(self) -> str:
        return f"http://{self.host}:{self.api_port}"

    def own_partner_url(self, partner: Partner) -> str | None:
        """The partner's own setting; None: it is in the sandbox."""
        return getattr(self, partner.url_setting)

    def partner_url(self, partner: Partner) -> str:
        """Where a partner is: its own setting, or its part of the sandbox."""
        return self.own_partner_url(partner) or f"http://{self.sandbox_host}:{self.sandbox_port}/{partner}"


WRONG_SETTINGS = (ValidationError, SettingsError)
"""What `Settings()` raises for settings that cannot be."""


def wrong_settings(error: ValidationError | SettingsError) -> str:
    """The settings that cannot be, each with why, in a line."""
    if isinstance(error, SettingsError):  # what is no JSON has no more than its name in the words
        named = re.search(r'field "(\w+)"', str(error))
        return f"REDRESS_{named[1].upper()}: has to be JSON ({error.__cause__})" if named else str(error)
    return "; ".join(
        f"REDRESS_{'.'.join(map(str, wrong['loc'])).upper()}: {wrong['msg']}" for wrong in error.errors(include_input=False)
    )
