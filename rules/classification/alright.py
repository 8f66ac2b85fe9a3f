"""What in a text is no complaint (CLS-2): praise, faults that it denies, questions. Counting words cannot tell *not broken* from *broken*.

Such statements are taken out, and the rest is read again: a complaint says the same without them. Nothing is decided on them alone.
"""

import re

_VERY = "(?:很|非常|特别|超级?|十分|真的?|挺|比较|都|也)"
_GOOD = "(?:有礼貌|礼貌|热情|客气|友善|耐心|细心|专业|好|棒|不错|满意|给力|及时|准时|合身|完好|新鲜|快)"
_FAULT = (
    "(?:破损|破洞|损坏|损伤|坏|污渍|划痕|瑕疵|毛病|质量问题|问题|色差|异味|味道|假货|假的|少发|漏发|少|漏|发错|错发|错|缺|"
    "重复扣款|多扣|降价|涨价|丢|遗失|拖延|推诿|推脱|慢|晚|脏|掉色|褪色|起球|变形)"
)
_CHINESE = (
    f"{_VERY}{_GOOD}",
    f"(?:并?没有?|毫无|不是|并非|并?未|从不|一点也不|一点都不|不)(?:任何|一点|什么|半点|出现|发现|因为)?{_FAULT}[货了过件]*",
    "一[个件点样丝条本][^,。!?;]{0,4}(?:都|也)?(?:没有?|不)(?:少|坏|差|慢|缺)?",
    "(?<!不)(?<!不太)(?<!不够)新鲜|(?<!不)(?<!没)(?<!没有)送(?:到家门口|上门|上楼)",
    "[跟和与](?:图片|照片|描述|实物|详情页?)(?:完全|上|的)?(?:一样|一致|相符)",
    "(?:请问|怎么|如何|怎样)(?:申请|办理|开|退|换|取消|修改|安装|使用|用)[^,。!?]{0,8}",
    "不(?:用|必|需要|想|要)(?:再)?(?:取消|退货?|换货?|退款|维修)|不(?:取消|退|换)了",
)
_NO = r"\b(?:no|not|never|nothing|none|without|\w+n't)\b"
_KIND = "(?:polite|friendly|helpful|great|good|happy|pleased|excellent|perfect|fast|quick)"
_BAD = "(?:damaged?|broken|missing|fake|stains?|stained|late|lost|rude|wrong|defects?|defective|faults?|faulty|smell|problems?|charged twice)"
_ASKED = "(?:cancel|return|refund|exchange|change|repair)"
_ENGLISH = (
    rf"(?:so|very|really|quite|super|always|was|is|were|are) (?:\w+ly )?{_KIND}",
    rf"{_NO}(?: (?!(?:yet|arriv\w*|receiv\w*|com\w*|work\w*|fix\w*)\b)[a-z']+){{0,3}}? {_BAD}\b",
    r"\bhow (?:do i|can i|to|long)\b[^,.!?]*",
    rf"{_NO} (?:\w+ )?(?:want|wish|need|ask|asked|going|plan)(?:ing|ed)? (?:to |for )?(?:a |the |any )?{_ASKED}",
)
_ALRIGHT = re.compile("|".join((*_CHINESE, *_ENGLISH)))


def without(normalised: str) -> str:
    """The text without what it says is alright."""
    return _ALRIGHT.sub(" ", normalised)
