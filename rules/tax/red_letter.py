"""The fields of China's form 红字发票信息确认单 for a credit note (RES-15).

A seller who takes back some of a fully digitalised e-invoice (数电发票) enters it in the electronic tax bureau, which then makes out the
red-letter invoice: 国家税务总局公告2024年第11号, in force since 1 December 2024. Names of fields and codes of reasons are those of the application
on the bureau's direct connection (乐企, 数字化电子红字确认单申请). What stands on the blue-letter invoice, such as the buyer, it has from there.
"""

from pydantic import JsonValue

from models.common.currencies import in_units
from models.tax.credit_note import CreditNote

RETURNED, ALLOWANCE = ("02", "销货退回"), ("04", "销售折让")
"""Of the four reasons: 02 is for goods alone, 04 for goods and services."""


def has_red_letter(note: CreditNote) -> bool:
    """Invoices in China are in yuan. What corrects a note has none: the form only takes back."""
    return note.base.seller.country == "CN" and note.base.currency == "CNY" and note.corrects is None


def red_letter(note: CreditNote, *, returned: bool) -> dict[str, JsonValue]:
    """Amounts in yuan, less than 0. `returned`: the goods came back."""
    base, goods = note.base, any(line.line_id is not None for line in note.lines)
    code, reason = RETURNED if returned and goods else ALLOWANCE
    return {
        "凭证编号": note.number,
        "订单号": base.order_id,
        "录入方身份": "销售方",
        "销售方名称": base.seller.name,
        "销售方统一社会信用代码/纳税人识别号": base.seller.tax_id,
        "蓝字发票号码": base.invoice_number,
        "红字发票冲红原因代码": code,
        "红字发票冲红原因": reason,
        "红字确认单明细": [
            {
                "序号": number,
                "项目名称": "运费" if line.line_id is None else line.title,
                "金额": in_units(line.tax - line.gross, base.currency),
                "税率/征收率": f"{line.percent}%",
                "税额": in_units(-line.tax, base.currency),
            }
            for number, line in enumerate(note.lines, start=1)
        ],
        "红字冲销金额": in_units(note.tax - note.gross, base.currency),
        "红字冲销税额": in_units(-note.tax, base.currency),
        "价税合计": in_units(-note.gross, base.currency),
    }
