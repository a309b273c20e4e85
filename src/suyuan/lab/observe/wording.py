# ruff: noqa: E501  (sentences and words are listed as they are read)
"""Invented names, addresses and goods, written out from the numbers of the latent world."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.lab.sheet import words

SURNAMES = words(
    *"王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗梁宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜"
)
FORENAMES = words(
    *"伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲建文斌宇浩凯欣怡梓涵子轩雨婷佳慧晨曦诗琪俊博思远"
)
SECOND = words("", *"伟芳敏静丽强磊洋勇艳杰明霞平刚英华玲文斌宇浩欣怡涵轩婷慧晨琪俊博远")
CITIES = words(
    "江北省云河市", "江北省沭源县", "江北省泗南县", "海东省临港市", "海东省青屿市", "岭南省珠湾市",
    "岭南省花溪市", "川西省锦州城", "川西省巴岭市", "湘中省株江市", "湘中省潭州市", "中原省洛川市",
    "中原省汴河市", "关东省松江市", "关东省辽阳城", "皖南省徽州市", "皖南省庐阳市", "浙水省越州市",
    "浙水省甬江市", "楚北省汉阳市", "楚北省荆门城", "滇南省春城市", "桂西省邕江市", "陇右省兰州城",
)  # fmt: skip
STREETS = words("人民路", "解放路", "建设街", "幸福大道", "学府路", "长江路", "黄河路", "中山街", "和平路", "文昌路", "新华街", "工业园路", "滨河路", "花园街", "朝阳路", "青年路")  # fmt: skip
PLACES = words("阳光花园", "锦绣小区", "金色家园", "翠湖苑", "东方名城", "学苑新村", "万和公寓", "星河湾", "老街", "科技园", "农贸市场", "职工宿舍")  # fmt: skip
CATEGORIES = (
    ("袜子", "内衣", "毛巾", "拖鞋"), ("手机壳", "数据线", "贴膜", "充电头"), ("儿童绘本", "文具盒", "书包", "练习册"),
    ("牛肉干", "坚果礼盒", "茶叶", "方便面"), ("洗衣液", "牙膏", "纸巾", "沐浴露"), ("T恤", "连衣裙", "牛仔裤", "卫衣"),
    ("面膜", "口红", "护手霜", "防晒霜"), ("宝宝奶瓶", "纸尿裤", "积木", "童车"), ("运动鞋", "瑜伽垫", "跳绳", "球拍"),
    ("电饭煲", "台灯", "电风扇", "吹风机"), ("鱼竿", "帐篷", "汽车脚垫", "行车记录仪"), ("蓝牙耳机", "平板支架", "智能手表", "路由器"),
)  # fmt: skip
COLOURS = ("", "黑色", "白色", "红色", "灰色", "蓝色", "加厚", "大号", "小号", "两件装")
ITEMS = pa.array([COLOURS[i % 10] + goods[i // 10] for goods in CATEGORIES for i in range(40)])


def _part(seeds: np.ndarray, shift: int, terms: pa.Array) -> pa.Array:
    return terms.take(pa.array((seeds >> shift) % len(terms)))


def names(seeds: np.ndarray) -> pa.Array:
    """A name for each seed."""
    return pc.binary_join_element_wise(
        _part(seeds, 0, SURNAMES), _part(seeds, 9, FORENAMES), _part(seeds, 18, SECOND), ""
    )


def addresses(city: np.ndarray, seeds: np.ndarray) -> pa.Array:
    """An address for each city and seed."""
    house = pa.array((seeds >> 12) % 180 + 1).cast(pa.string())
    block = pa.array((seeds >> 20) % 24 + 1).cast(pa.string())
    room = pa.array((seeds >> 25) % 28 * 100 + (seeds >> 30) % 4 + 101).cast(pa.string())
    return pc.binary_join_element_wise(
        CITIES.take(pa.array(city)), _part(seeds, 3, STREETS), house, "号",
        _part(seeds, 7, PLACES), block, "栋", room, "",
    )  # fmt: skip


def ip_addresses(values: np.ndarray) -> pa.Array:
    """Numbers as addresses of the network; negative ones are null."""
    numbers = np.where(values < 0, 0, values)
    parts = [pa.array(base + (numbers >> shift) % size).cast(pa.string()) for base, shift, size in
             ((36, 30, 180), (0, 20, 256), (0, 10, 256), (1, 0, 254))]  # fmt: skip
    text = pc.binary_join_element_wise(*parts, ".")
    return pc.if_else(pa.array(values < 0), pa.scalar(None, pa.string()), text)
