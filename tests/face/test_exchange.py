"""The chain in the formats of other tools: read back by their library, or held to a schema."""

import json
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import networkx as nx
import pytest
import stix2
from followthemoney import model
from lxml import etree
from pymisp import MISPEvent
from written import finding, results_of, row_behind

from suyuan.face.cli import export
from suyuan.face.exchange.formats import FORMS, ready, write
from suyuan.face.source import open_source
from suyuan.model.errors import InputError
from suyuan.privacy.masking import Masking

BROKER, CALLER, MULE = "party:320102199001011234", "phone:13912345678", "bank_account:6222020200"
HOSTILE = "account:wechat:=HYPERLINK(1)\x07<b>"
AT = datetime(2019, 5, 1, 2, tzinfo=UTC)


def edge(source, target, link, **more):
    return {
        "source": source,
        "target": target,
        "link": link,
        "ring_id": "R1",
        "strength": 0.9,
        "evidence_id": f"{source}|{link}",
    } | more


@pytest.fixture
def results(tmp_path):
    edges = [
        edge(BROKER, "ring:R1", "sold_records_to", amount=Decimal("120.50"), count=2),
        edge(BROKER, "ring:R1", "belongs_to", first_seen=AT, last_seen=AT),
        edge(MULE, "ring:R1", "laundered_for", first_seen=AT, last_seen=AT.replace(day=2)),
        edge(HOSTILE, "ring:R1", "sold_accounts_to"),
    ]
    series = {"report_id": "R1", "series_id": "R1", "ring_id": "R1", "strength": 0.8}
    texts = {"because": "tied", "because_zh": "相连", "evidence_id": "s1"}
    step = {"report_id": "R1", "method": "lifo", "hop": 0, "payment_id": "p1", "at": AT}
    return results_of(
        tmp_path,
        findings=[finding("data_broker", BROKER), finding("scam_caller", CALLER)],
        chain=edges,
        series=[series | texts],
        traces=[step | {"from": "bank_account:1", "to": MULE, "amount": Decimal("49950.00")}],
        evidence=[
            *(row_behind(one["evidence_id"], row_id=str(n)) for n, one in enumerate(edges)),
            row_behind("s1", shows="called", node=CALLER, unlisted=7),
        ],
    )


def exported(results, name: str, masking: Masking | None = None) -> Path:
    with open_source(results) as source:
        return write(source, FORMS[name], results.layout.out / "x", masking or Masking())


def nodes_and_links(path: Path, name: str) -> tuple[int, int]:
    """What the format's own library finds in the file."""
    if name in {"gexf", "graphml"}:
        read = nx.read_gexf if name == "gexf" else nx.read_graphml
        net = read(path)
        return net.number_of_nodes(), net.number_of_edges()
    if name == "ftm":
        lines = path.read_text("utf-8").splitlines()
        entities = [model.get_proxy(json.loads(line)) for line in lines]
        for entity in entities:
            entity.schema.validate(entity.to_dict())
        links = [one for one in entities if one.schema.edge]
        return len(entities) - len(links), len(links)
    if name == "stix":
        objects = stix2.parse(path.read_text("utf-8")).objects
        links = [one for one in objects if one.type == "relationship"]
        return len(objects) - len(links) - 1, len(links)
    if name == "misp":
        event = MISPEvent()
        event.load_file(path)
        return len(event.objects), sum(len(one.ObjectReference) for one in event.objects)
    schema = Path(export.__file__).parents[1] / "exchange" / "anx.xsd"
    chart = etree.parse(path)
    etree.XMLSchema(etree.parse(schema)).assertValid(chart)
    return len(chart.findall(".//Entity")), len(chart.findall(".//Link"))


@pytest.mark.parametrize("name", FORMS)
def test_what_was_written_is_read_back_whole(results, name):
    # Nodes: broker, caller, mule, the hostile account, ring, report, the victim's account.
    # Links: four edges, report to ring, call to report, one traced payment.
    assert nodes_and_links(exported(results, name), name) == (7, 7)


@pytest.mark.parametrize("name", FORMS)
def test_nobody_is_told_unless_unmasked(results, name):
    hidden = [subject.partition(":")[2] for subject in (BROKER, CALLER, MULE)]
    masked = exported(results, name).read_text("utf-8")
    assert not [one for one in hidden if one in masked]
    full = exported(results, name, Masking(full=True)).read_text("utf-8")
    assert not [one for one in hidden if one not in full]


@pytest.mark.parametrize("name", FORMS)
def test_every_link_cites_its_rows(results, name):
    written = exported(results, name).read_text("utf-8")
    assert written.count("calls.csv:7 [abababababab]") == 6
    assert "7 more" in written or "(+7)" in written or "rows_more" in written or "7.0" in written


def test_links_carry_money_and_layer(results):
    net = nx.read_graphml(exported(results, "graphml", Masking(full=True)))
    found = {data["label"]: data for _, _, data in net.edges(data=True)}
    assert found["sold_records_to"]["yuan"] == 120.5
    assert found["paid"]["layer"] == "money"
    assert found["called"]["layer"] == "people"
    assert found["sold_records_to"]["layer"] == "information"


def test_unmasking_names_a_purpose_that_is_logged(results):
    case, out = results.case.path, results.layout.out
    export.command(case, export.Format.gexf, out=out, unmask="joint case 12")
    assert b"joint case 12" in (out / "ledger.sqlite").read_bytes()
    assert BROKER.partition(":")[2] in (out / "export" / "chain.gexf").read_text("utf-8")


def test_a_library_that_is_missing_is_told_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "stix2", None)
    monkeypatch.delitem(sys.modules, "suyuan.face.exchange.stix", raising=False)
    with pytest.raises(InputError) as told:
        ready(FORMS["stix"])
    assert "suyuan[exchange]" in told.value.text("en")
    assert "stix2" in told.value.text("zh")


def test_what_does_not_fit_stands_in_the_docs():
    page = (Path(__file__).parents[2] / "docs" / "face.md").read_text("utf-8")
    for form in FORMS.values():
        assert f"`{form.name}`" in page
        assert not [one.en for one in form.unfit if one.en not in page]
