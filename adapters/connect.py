"""Every partner, connected by the settings: a real one replaces the sandbox without a line of code."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Self

from adapters.evidence.store import evidence_store
from adapters.money.charge import HttpCharges
from adapters.money.chargebacks import HttpChargebacks
from adapters.money.coupon import HttpPromotion
from adapters.money.payment import HttpPayment
from adapters.money.providers import ChargesByMerchant, PaymentsByMerchant
from adapters.notifications.http import HttpNotification
from adapters.notifications.smtp import SmtpEmail
from adapters.partners.carrier import HttpCarrier
from adapters.partners.circuit import Circuit
from adapters.partners.claims import HttpClaims
from adapters.partners.easypost import EasyPost
from adapters.partners.http import PartnerHttp
from adapters.partners.merchant import HttpMerchant
from adapters.partners.order_change import HttpOrdering
from adapters.partners.protocols import (
    Carrier,
    Chargebacks,
    Charges,
    Claims,
    EvidenceStore,
    Merchant,
    Notification,
    OrderChanges,
    PaymentProvider,
    Promotion,
)
from adapters.partners.returns import HttpReturns, ReturnPartners
from adapters.partners.warehouse import HttpWarehouse, Warehouse
from adapters.secrets import Keyring
from models.common.errors import Fault, RedressError
from models.common.partner_registry import Partner
from models.common.vocabulary import ErrorType, Party
from settings import Settings

if TYPE_CHECKING:
    from adapters.money.stripe import StripePayment


@dataclass(frozen=True)
class Partners:
    """What a worker talks to. `email`: SMTP when a host is set; None: the notification provider sends e-mail too."""

    merchant: Merchant
    carrier: Carrier
    payment: PaymentProvider
    ordering: OrderChanges
    charges: Charges
    promotion: Promotion
    notification: Notification
    email: Notification | None
    evidence: EvidenceStore
    returns: ReturnPartners
    warehouse: Warehouse
    claims: Mapping[Party, Claims]
    """Where each party's claims go to."""
    chargebacks: Mapping[str, Chargebacks] = field(default_factory=dict[str, Chargebacks])
    """By the provider's name, as its webhooks are counted under: `payment`, `stripe`."""
    merchants_have_providers: bool = False
    """Some merchants' payments are with a provider of their own: the order must be known before its payments are asked for."""
    _connections: "tuple[PartnerHttp | StripePayment, ...]" = field(default=(), repr=False)

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """Opens nothing yet: connections are made when they are needed, so that no partner has to be up."""

        def connection(partner: Partner) -> PartnerHttp:
            tokens, circuit = partial(keyring.tokens, partner), Circuit.of(settings, partner)
            return PartnerHttp(partner, settings.partner_url(partner), tokens, settings.partner_timeout, circuit=circuit)

        keyring = Keyring(settings)
        http = {partner: connection(partner) for partner in Partner}
        merchant, carrier, payment = http[Partner.MERCHANT], http[Partner.CARRIER], http[Partner.PAYMENT]
        stripe, easypost = _stripe(settings), _easypost(settings)
        tracking = EasyPost(easypost) if easypost else None
        own = {merchant: stripe for merchant, provider in settings.payment_providers.items() if provider == "stripe" and stripe}
        return cls(
            merchant=HttpMerchant(merchant),
            carrier=HttpCarrier(carrier, tracking),
            payment=PaymentsByMerchant(HttpPayment(payment), {merchant: at.payment for merchant, at in own.items()}),
            merchants_have_providers=bool(own),
            promotion=HttpPromotion(http[Partner.PROMOTION]),
            ordering=HttpOrdering(merchant),
            charges=ChargesByMerchant(HttpCharges(payment), {merchant: at.charges for merchant, at in own.items()}),
            notification=HttpNotification(http[Partner.NOTIFICATION]),
            email=SmtpEmail(settings, settings.smtp_host) if settings.smtp_host else None,
            evidence=evidence_store(settings),
            returns=HttpReturns(merchant, carrier, tracking),
            warehouse=HttpWarehouse(merchant),
            claims={Party.CARRIER: HttpClaims(carrier, "/claims"), Party.MERCHANT: HttpClaims(merchant, "/recoveries")},
            chargebacks={Partner.PAYMENT.value: HttpChargebacks(payment)} | ({"stripe": stripe.chargebacks} if stripe else {}),
            _connections=(*http.values(), *(one for one in (stripe and stripe.payment, easypost) if one is not None)),
        )

    @property
    def circuits(self) -> tuple[Circuit, ...]:
        """The circuit of each connection."""
        return tuple(connection.circuit for connection in self._connections)

    async def aclose(self) -> None:
        await asyncio.gather(*(connection.aclose() for connection in self._connections))


def _easypost(settings: Settings) -> PartnerHttp | None:
    """The connection to EasyPost, when there is a key."""
    if settings.easypost_key is None:
        return None
    key, circuit = settings.easypost_key.get_secret_value(), Circuit.of(settings, "easypost")
    return PartnerHttp(
        "easypost", settings.easypost_url, key, settings.partner_timeout, circuit=circuit, key_setting="REDRESS_EASYPOST_KEY"
    )


@dataclass(frozen=True)
class _Stripe:
    payment: "StripePayment"
    charges: Charges
    chargebacks: Chargebacks


def _stripe(settings: Settings) -> _Stripe | None:
    """Stripe, when some merchant's payments are there. Raises RedressError (INVALID) without a key."""
    if "stripe" not in settings.payment_providers.values():
        return None
    if settings.stripe_key is None:
        detail = (
            "REDRESS_PAYMENT_PROVIDERS names stripe, but REDRESS_STRIPE_KEY is not set; set it to Stripe's secret key (sk_…)."
        )
        raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, field="stripe_key"))
    # Stripe's library takes a tenth of a worker's start, and most have no use for it.
    from adapters.money.stripe import StripePayment  # noqa: PLC0415
    from adapters.money.stripe_charge import StripeCharges  # noqa: PLC0415
    from adapters.money.stripe_chargebacks import StripeChargebacks  # noqa: PLC0415

    key, circuit = settings.stripe_key.get_secret_value(), Circuit.of(settings, "stripe")
    payment = StripePayment(key, settings.partner_timeout, settings.stripe_url, circuit=circuit)
    return _Stripe(payment, StripeCharges(payment.client), StripeChargebacks(payment.client))
