from classifier.texts import Labelled
from models.common.vocabulary import Issue

SUBJECTS = ("杯子", "台灯", "书包", "耳机", "字典", "毛衣", "相机", "水壶", "键盘", "闹钟", "雨伞", "茶叶")
SAYINGS = {
    Issue.DELAY: "{}买了十天还没到，太慢了",
    Issue.DAMAGED: "收到的{}摔碎了，包装破损",
    Issue.REFUND_NOT_ARRIVED: "{}退货了，退款一直没到账",
    Issue.CANCEL: "{}不想要了，取消订单",
    None: "{}很好，谢谢",
}


def few_texts() -> list[Labelled]:
    return [Labelled(text=said.format(subject), issue=issue) for issue, said in SAYINGS.items() for subject in SUBJECTS]
