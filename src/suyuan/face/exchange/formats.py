"""The formats that the chain goes out in, and what each of them cannot hold."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from suyuan.face.display import Display
from suyuan.face.exchange.graph import Graph, graph
from suyuan.face.report import case_view
from suyuan.face.source import ResultTables
from suyuan.ingest import read_settings
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.privacy.masking import Masking
from suyuan.store.drafts import draft_of


@dataclass(frozen=True, slots=True)
class Form:
    """One format: its file, who reads it, the library it needs, and what does not fit it."""

    name: str
    file: str
    readers: str
    module: str
    library: str
    unfit: tuple[Text, ...]


_NO_VERDICT = Text(
    "Whether a lead is over its threshold; only those that are go out.",
    "线索是否超过阈值；只导出超过阈值的线索。",
)
_SIGNALS = Text(
    "Signals, rivals and the weights of rows: they stay in the result tables.",
    "信号、无辜解释与证据占比：仍在结果表中。",
)
_NETWORK = (
    _NO_VERDICT,
    _SIGNALS,
    Text("Lists: roles and rows are joined with semicolons.", "列表：角色与证据行以分号连接。"),
    Text("Exact money: yuan are floating-point numbers.", "金额精度：以浮点数表示。"),
)
FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form(
            "ftm",
            "chain.ftm.json",
            "Aleph, OpenAleph",
            "suyuan.face.exchange.ftm:write_ftm",
            "followthemoney",
            (
                _NO_VERDICT,
                _SIGNALS,
                Text(
                    "Most links: the model has no word for them; they are UnknownLink with a role.",
                    "多数联系：模型没有对应词，写作 UnknownLink 并注明角色。",
                ),
                Text("Phones: they are user accounts.", "电话号码：写作 UserAccount。"),
                Text(
                    "Times of day of links: the day only. Strength and rows: as text.",
                    "联系的时刻：只到日；强度与证据行写作文字。",
                ),
            ),
        ),
        Form(
            "stix",
            "chain.stix.json",
            "OpenCTI, MISP",
            "suyuan.face.exchange.stix:write_stix",
            "stix2",
            (
                _NO_VERDICT,
                _SIGNALS,
                Text(
                    "Amounts, counts and rows of links: in the description, as text.",
                    "联系的金额、次数与证据行：写入描述文字。",
                ),
                Text(
                    "Roles and reasons of phones and accounts: observables have no place for them.",
                    "号码与账号的角色和理由：可观测对象无处可写。",
                ),
                Text(
                    "The end of a link that lasted one instant: an end must be later than a start.",
                    "只有一个时刻的联系没有结束时间：结束须晚于开始。",
                ),
            ),
        ),
        Form(
            "misp",
            "chain.misp.json",
            "MISP",
            "suyuan.face.exchange.misp:write_misp",
            "pymisp",
            (
                _NO_VERDICT,
                _SIGNALS,
                Text(
                    "Everything about a link but its kind: in the comment of a reference, as text.",
                    "联系除类型外的内容：写入引用的备注。",
                ),
                Text(
                    "Rings, cards and the like have no template: they are written as organization.",
                    "团伙、卡券等没有模板：写作 organization。",
                ),
            ),
        ),
        Form(
            "gexf",
            "chain.gexf",
            "Gephi",
            "suyuan.face.exchange.networks:write_gexf",
            "networkx",
            _NETWORK,
        ),
        Form(
            "graphml",
            "chain.graphml",
            "Cytoscape, yEd, Gephi",
            "suyuan.face.exchange.networks:write_graphml",
            "networkx",
            _NETWORK,
        ),
        Form(
            "anx",
            "chain.anx",
            "i2 Analyst's Notebook",
            "suyuan.face.exchange.anx:write_anx",
            "",
            (
                _NO_VERDICT,
                _SIGNALS,
                Text("The last event of a link: only the first is its time.", "联系只载首次时间。"),
                Text(
                    "It was checked against our own schema of the layout, not with the program.",
                    "按自编的版式规范核对，未用该软件实测。",
                ),
            ),
        ),
    )
}


def ready(form: Form) -> Callable[[Graph, Path], None]:
    """What writes `form`; :class:`InputError` where its library is not installed."""
    module, _, function = form.module.partition(":")
    try:
        writer: Callable[[Graph, Path], None] = getattr(import_module(module), function)
    except ImportError as error:
        raise InputError(
            Text(
                f"This format needs the library {form.library}.", f"该格式需要 {form.library} 库。"
            ),
            value=form.name,
            hint=Text("pip install 'suyuan[exchange]'", "pip install 'suyuan[exchange]'"),
        ) from error
    return writer


def write(source: ResultTables, form: Form, to: Path, masking: Masking) -> Path:
    """Write the chain of `source` as `form` into folder `to`; the file, whole or not at all."""
    writer = ready(form)
    to.mkdir(parents=True, exist_ok=True)
    path = to / form.file
    with draft_of(path) as draft:
        writer(_graph(source, masking), draft)
    return path


def _graph(source: ResultTables, masking: Masking) -> Graph:
    display = Display(source.zone, masking, case_view.party_names(source))
    case = source.results.case.path
    title = display.words(read_settings(case).name or case.name)
    return graph(source, display, f"{title} ({datetime.now(UTC):%Y-%m-%d})")
