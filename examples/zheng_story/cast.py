"""Who plays in the story, and when it is told."""

from dataclasses import dataclass
from datetime import datetime

from zheng_story.book import Book
from zheng_story.people import Person, person

BEGIN = datetime(2019, 4, 10)
MONEY_FROM = datetime(2019, 4, 24)
END = datetime(2019, 6, 6)
SEIZED = datetime(2019, 7, 3, 9)
CALLING_NUMBERS = 12


@dataclass
class Cast:
    """The people behind the scam. None of this is written down as such: only what they did is."""

    ring: Person
    brokers: list[Person]
    wechat_merchants: list[Person]
    qq_merchants: list[Person]
    middleman: Person
    suning_dealers: list[Person]
    qcoin_dealers: list[Person]
    insider: Person
    zheng: Person

    @property
    def merchants(self) -> list[Person]:
        return self.wechat_merchants + self.qq_merchants

    @property
    def dealers(self) -> list[Person]:
        return self.suning_dealers + self.qcoin_dealers


def cast(book: Book) -> Cast:
    zheng = person(book, "郑小雨")
    zheng.address = "苏州市姑苏区人民路118号"
    return Cast(
        ring=person(book, "郑某"),
        brokers=[person(book, "杨某甲"), person(book, "杨某乙")],
        wechat_merchants=[person(book, "陈某"), person(book, "林某")],
        qq_merchants=[person(book, "周某"), person(book, "吴某")],
        middleman=person(book, "马某"),
        suning_dealers=[person(book, "许某"), person(book, "何某")],
        qcoin_dealers=[person(book, "邓某"), person(book, "曹某")],
        insider=person(book, "钱志远"),
        zheng=zheng,
    )
