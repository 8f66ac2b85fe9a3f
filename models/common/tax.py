"""Tax as a merchant's system tells of it (RES-15): part of its contract, and optional."""

from pydantic import BaseModel, ConfigDict, Field

from models.common.base import Money


class FromMerchant(BaseModel):
    """What is unknown is passed over. What does not add up is no invalid order: the case goes on, and a person sees to the credit note."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class LineTax(FromMerchant):
    """Of a line, or of the freight. The tax is part of what was paid."""

    category: str = Field(max_length=3)
    """By UNCL5305, as UBL and EN 16931 have it: S standard, Z zero, E exempt, AE reverse charge …"""
    basis_points: int = Field(ge=0, le=10_000)
    """The rate in hundredths of a percent: 1300 is 13 %."""
    amount: Money


class Seller(FromMerchant):
    """Who made out the invoice, and makes out the credit note."""

    name: str = Field(max_length=200)
    tax_id: str | None = Field(default=None, max_length=50)
    """VAT number, 统一社会信用代码 …"""
    country: str = Field(pattern=r"^[A-Z]{2}$")
    zone: str | None = Field(default=None, max_length=60)
    """In which its calendar year begins; None: the market's."""
