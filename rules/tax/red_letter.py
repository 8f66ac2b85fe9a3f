"""The fields of China's red-letter e-invoice (红字发票信息确认单) for a credit note (RES-15).

Source: the form 《红字发票信息确认单》, annexed to the State Taxation Administration's announcement No. 11 of 2024 (国家税务总局公告2024年第11号,
《关于推广应用全面数字化电子发票的公告》). The seller enters them in the electronic tax bureau, which gives the red-letter invoice its own number; it
is not sent from here. The buyer's name and number stand on the blue-letter invoice, which it names.
"""

from pydantic import JsonValue

from models.common.currencies import decimal
from models.tax.credit_note import CreditNote

RETURNED, ALLOWANCE = "销货退回", "销售折让"


def red_letter(note: CreditNote, *, returned: bool) -> dict[str, JsonValue]:
    """Amounts in yuan, negative as the form has them; of a document that corrects a credit note, positive. `returned`: goods came back."""
    return {
        "录入方身份": "销售方",
        "销售方名称": note.base.seller.name,
        "销售方统一社会信用代码/纳税人识别号": note.base.seller.tax_id,
        "对应蓝字发票号码": note.base.invoice_number,
        "冲红原因": RETURNED if returned else ALLOWANCE,
        "凭证编号": note.number,
        "更正的凭证编号": note.corrects,
        "填开日期": note.issued_on.isoformat(),
        "订单号": note.base.order_id,
        "明细": [
            {
                "项目名称": "运费" if line.line_id is None else line.title,
                "金额": decimal(-(line.gross - line.tax), 2),
                "税率/征收率": f"{decimal(line.basis_points, 2)}%",
                "税额": decimal(-line.tax, 2),
            }
            for line in note.lines
        ],
        "合计金额": decimal(-(note.gross - note.tax), 2),
        "合计税额": decimal(-note.tax, 2),
        "价税合计": decimal(-note.gross, 2),
    }
