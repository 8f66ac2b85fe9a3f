"""What the sandbox's shops sell, and who buys: Chinese and English names, prices in fen, weights in grams."""

from typing import NamedTuple

from models.common.base import Money
from models.common.tax import LineTax


class Product(NamedTuple):
    """`kind` is what a story may ask for: plain, custom, perishable, warranty, hygiene or digital."""

    sku: str
    zh: str
    en: str
    category: str
    price: int
    grams: int
    shop: int
    kind: str = "plain"
    marks: frozenset[str] = frozenset()
    warranty_months: int = 0


CUSTOM = frozenset({"custom"})
PERISHABLE = frozenset({"perishable"})
HYGIENE = frozenset({"hygiene"})
DIGITAL = frozenset({"digital_opened"})

PRODUCTS: tuple[Product, ...] = (
    Product("HOM-101", "恒温杯垫与陶瓷杯套装（两只）", "Cup warmer with two ceramic cups", "home", 12900, 920, 1),
    Product("HOM-114", "手工玻璃花瓶", "Hand-blown glass vase", "home", 8900, 1100, 1),
    Product("HOM-127", "纯棉四件套", "Cotton bed linen, four pieces", "home", 45900, 2600, 1),
    Product("HOM-133", "羊毛地毯 160×230", "Wool rug 160×230", "home", 239900, 9800, 6),
    Product("APP-201", "亚麻衬衫", "Linen shirt", "apparel", 15900, 310, 2),
    Product("APP-208", "运动短袖两件装", "Sports T-shirts, pack of two", "apparel", 9900, 360, 2),
    Product("APP-219", "羽绒服", "Down jacket", "apparel", 89900, 1200, 2),
    Product("APP-226", "羊绒大衣", "Cashmere coat", "apparel", 329900, 1900, 12),
    Product("SHO-301", "帆布鞋", "Canvas shoes", "shoes", 16900, 780, 2),
    Product("SHO-309", "缓震跑鞋", "Cushioned running shoes", "shoes", 56900, 690, 10),
    Product("ELE-401", "无线鼠标", "Wireless mouse", "electronics", 7900, 140, 3),
    Product("ELE-415", "降噪耳机", "Noise-cancelling headphones", "electronics", 99900, 420, 3),
    Product("ELE-433", "轻薄笔记本电脑 14 寸", "Thin laptop, 14 inch", "electronics", 549900, 2100, 3),
    Product("ELE-440", "全画幅微单相机", "Full-frame mirrorless camera", "electronics", 1699900, 1500, 3),
    Product("TOY-501", "木制拼图 1000 片", "Wooden jigsaw, 1000 pieces", "toys", 11900, 900, 9),
    Product("TOY-504", "积木小车", "Building-block car", "toys", 5900, 420, 9),
    Product("TOY-507", "卡通贴纸本", "Sticker book", "toys", 2500, 180, 9),
    Product("BOK-503", "方格笔记本", "Squared notebook", "books", 1900, 260, 9),
    Product("BOK-506", "口袋诗集", "Pocket book of poems", "books", 3900, 240, 9),
    Product("HOM-108", "竹制杯刷", "Bamboo cup brush", "home", 2900, 90, 1),
    Product("BOK-509", "儿童百科全书（六册）", "Children's encyclopaedia, six volumes", "books", 26800, 4200, 9),
    Product("OUT-601", "折叠露营椅", "Folding camp chair", "outdoor", 18900, 2400, 10),
    Product("OUT-612", "四季帐篷", "Four-season tent", "outdoor", 128900, 4300, 10),
    Product("OUT-620", "碳纤维公路自行车", "Carbon road bicycle", "outdoor", 689900, 11800, 12),
    Product("CUS-701", "刻字钢笔", "Engraved fountain pen", "custom", 16800, 90, 5, "custom", CUSTOM),
    Product("CUS-708", "定制全家福相框", "Picture frame made to order", "custom", 13900, 1300, 5, "custom", CUSTOM),
    Product("CUS-715", "定制尺寸窗帘", "Curtains made to measure", "custom", 68000, 3600, 5, "custom", CUSTOM),
    Product("CUS-722", "刻字对戒（18K 金）", "Engraved pair of rings, 18-carat gold", "custom", 529900, 60, 11, "custom", CUSTOM),
    Product("FRE-801", "云南蓝莓 12 盒", "Blueberries, 12 punnets", "fresh", 12800, 1700, 4, "perishable", PERISHABLE),
    Product("FRE-806", "大闸蟹 8 只", "Hairy crabs, eight", "fresh", 39800, 1600, 4, "perishable", PERISHABLE),
    Product("FRE-811", "帝王蟹礼盒", "King crab gift box", "fresh", 218800, 4100, 4, "perishable", PERISHABLE),
    Product("WAR-901", "电热水壶", "Electric kettle", "appliances", 15900, 1250, 7, "warranty", warranty_months=12),
    Product("WAR-905", "电动牙刷", "Electric toothbrush", "appliances", 19900, 260, 7, "warranty", warranty_months=6),
    Product("WAR-912", "扫地机器人", "Robot vacuum cleaner", "appliances", 149900, 3900, 7, "warranty", warranty_months=12),
    Product("WAR-918", "洗烘一体机", "Washer dryer", "appliances", 429900, 68000, 7, "warranty", warranty_months=12),
    Product("HYG-951", "修护面膜 10 片", "Repair face masks, ten", "beauty", 15900, 380, 8, "hygiene", HYGIENE),
    Product("HYG-957", "香水 50 ml", "Eau de parfum 50 ml", "beauty", 68000, 310, 8, "hygiene", HYGIENE),
    Product("HYG-963", "家用射频美容仪", "Radio-frequency beauty device", "beauty", 259900, 900, 8, "hygiene", HYGIENE),
    Product("DIG-971", "办公软件一年激活码", "Office suite, one-year key", "digital", 19800, 20, 9, "digital", DIGITAL),
    Product("DIG-976", "绘图软件激活码", "Drawing software key", "digital", 88000, 20, 9, "digital", DIGITAL),
    Product("DIG-981", "三维设计软件永久授权", "3-D design software, perpetual", "digital", 399900, 20, 9, "digital", DIGITAL),
)

SHOPS: dict[int, tuple[str, str]] = {
    1: ("暖居家品", "Warm Home"),
    2: ("云裳服饰", "Cloudwear"),
    3: ("数码前线", "Digital Front"),
    4: ("鲜到家", "Fresh at Home"),
    5: ("匠心定制", "Made for You"),
    6: ("织境地毯", "Woven Worlds"),
    7: ("优品电器", "Fine Appliances"),
    8: ("悦己美妆", "Dear Self"),
    9: ("书海文创", "Sea of Books"),
    10: ("远山户外", "Far Hills Outdoor"),
    11: ("金缘珠宝", "Golden Bond"),
    12: ("海港优选", "Harbour Select"),
}

FAMILY = tuple("王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗")
GIVEN = (
    "伟",
    "芳",
    "敏",
    "静",
    "磊",
    "洋",
    "艳",
    "杰",
    "娟",
    "涛",
    "晓明",
    "雨桐",
    "子涵",
    "思远",
    "佳怡",
    "浩然",
    "欣妍",
    "志强",
)
FIRST = ("Emma", "Liam", "Anna", "Noah", "Sofia", "Jack", "Clara", "Hugo", "Maya", "Oscar", "Ruth", "Leo", "Nina", "Paul")
LAST = ("Becker", "Martin", "Novak", "Walker", "Rossi", "Jensen", "Clarke", "Moreau", "Weber", "Silva", "Quinn", "Larsen")

CITIES = {
    "CN-11": "北京",
    "CN-31": "上海",
    "CN-37": "青岛",
    "CN-42": "武汉",
    "CN-44": "广州",
    "CN-51": "成都",
    "CN-61": "西安",
}
ABROAD: dict[str, tuple[str, str]] = {
    "DE-BE": ("Berlin", "EUR"),
    "FR-IDF": ("Paris", "EUR"),
    "ES-MD": ("Madrid", "EUR"),
    "IE-D": ("Dublin", "EUR"),
    "US-NY": ("New York", "USD"),
    "US-WA": ("Seattle", "USD"),
}
"""Region → city and currency. Chance picks among them: another region would change every order abroad."""
FURTHER_ABROAD = {"JP-13": ("Tokyo", "JPY"), "KW-KU": ("Kuwait City", "KWD")}
"""Those that a story names."""
RATES = {"CNY": 1, "EUR": 0.13, "USD": 0.14, "JPY": 0.21, "KWD": 0.425}
"""Minor units of each currency for a fen."""
GIFT = 4_000
"""Fen: what is given away is worth this at most."""

CARRIERS = ("SF", "YTO", "ZTO", "STO", "JD")
CARRIERS_ABROAD = ("DHL", "UPS")


def priced(fen: float, currency: str) -> Money:
    """A price in that currency, in tens of its minor unit, which cards pay everywhere."""
    return Money(minor=round(fen * RATES[currency] / 10) * 10, currency=currency)


def taxed(paid: Money, basis_points: int) -> LineTax:
    """The tax that is part of a price."""
    minor = round(paid.minor * basis_points / (10_000 + basis_points))
    return LineTax(category="S", basis_points=basis_points, amount=Money(minor=minor, currency=paid.currency))
