"""People: names, numbers and addresses, all invented."""

from dataclasses import dataclass, field

from zheng_story.book import Book

_SURNAMES = "王李张刘赵黄孙胡朱高郭罗梁宋谢唐韩冯于董萧程袁潘蒋蔡余杜叶魏苏吕丁任卢姚"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞鑫波斌宇浩凯琳雪梅晨"
_CITIES = (
    ("苏州市", ("姑苏区", "吴中区", "相城区")),
    ("南京市", ("鼓楼区", "秦淮区", "江宁区")),
    ("宿迁市", ("宿城区", "沭阳县", "泗洪县")),
    ("徐州市", ("云龙区", "铜山区", "沛县")),
    ("杭州市", ("西湖区", "余杭区", "萧山区")),
    ("长沙市", ("岳麓区", "芙蓉区", "雨花区")),
)
_ROADS = ("人民路", "解放路", "新华路", "青年路", "建设路", "文化路", "和平路", "育才路")
_PREFIXES = ("134", "136", "137", "138", "139", "150", "152", "158", "130", "131", "186", "133")


@dataclass
class Person:
    """Somebody with a number, a handset and whatever else the story gives them."""

    id: str
    name: str
    phone: str
    address: str
    device: str
    accounts: list[str] = field(default_factory=list)

    @property
    def masked_name(self) -> str:
        return self.name[0] + "*" * (len(self.name) - 1)

    @property
    def masked_phone(self) -> str:
        return self.phone[:3] + "****" + self.phone[-4:]


def person(book: Book, name: str | None = None, phone: str | None = None) -> Person:
    chance = book.chance
    city, districts = chance.choice(_CITIES)
    drawn = chance.choice(_SURNAMES) + "".join(
        chance.choice(_GIVEN) for _ in range(chance.choice((1, 2, 2)))
    )
    return Person(
        id=book.digits(8, "3"),
        name=name or drawn,
        phone=phone or book.digits(11, chance.choice(_PREFIXES)),
        address=city
        + chance.choice(districts)
        + chance.choice(_ROADS)
        + f"{chance.randint(1, 300)}号",
        device=book.digits(15, "86"),
    )


def record(book: Book, who: Person, *, kind: str = "person", devices: bool = False) -> None:
    """Write the person down as a party."""
    book.add(
        "parties",
        party_id=who.id,
        kind=kind,
        name=who.name,
        phones=[who.phone],
        devices=[who.device] if devices else None,
        accounts=who.accounts,
        address=who.address,
    )


def company(book: Book, name: str) -> Person:
    made = person(book, name=name, phone="0512" + book.digits(8, "6"))
    made.device = ""
    return made
