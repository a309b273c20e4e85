"""What leaves the office reads back with other programs' own readers."""

import importlib
from pathlib import Path

import pytest
from openpyxl import load_workbook

from office_people import Desk, begin, beijing
from suyuan.casework.exports import (
    cancellation_request,
    deadlines,
    desk_day,
    payment_return,
    resolution,
    suspicious_report,
)
from suyuan.casework.office import Office
from suyuan.model.errors import InputError

NOW = beijing("2019-04-29T14:30")


@pytest.fixture
def asked(office: Office) -> Desk:
    desk = begin(
        office,
        "stop-payment",
        "bank_account:6222",
        "2019-04-29T13:50",
        "police",
        account="6222",
        claim_fen=4_995_000,
    )
    desk.do("2019-04-29T14:00", "instruct", "police", amount_fen=4_995_000)
    return desk


def iso(kind: str, version: str, content: bytes):
    pytest.importorskip("pyiso20022")
    pytest.importorskip("xsdata")
    from xsdata.formats.dataclass.parsers import XmlParser
    from xsdata.formats.dataclass.parsers.config import ParserConfig

    name = f"{kind}_{version}"
    module = importlib.import_module(f"pyiso20022.{kind[:4]}.{name}")
    strict = ParserConfig(fail_on_unknown_properties=True, fail_on_converter_warnings=True)
    return XmlParser(config=strict).from_bytes(content, module.Document)


def test_a_cancellation_request_and_its_resolution(office: Office, asked: Desk) -> None:
    made = cancellation_request(office, asked.matter, NOW)
    document = iso("camt_056", "001_11", made.content)
    [under] = document.fito_fipmt_cxl_req.undrlyg
    [transaction] = under.tx_inf
    assert str(transaction.orgnl_intr_bk_sttlm_amt.value) == "49950.00"
    assert transaction.orgnl_intr_bk_sttlm_amt.ccy == "CNY"
    assert transaction.cxl_rsn_inf[0].rsn.cd == "FRAD"
    with pytest.raises(InputError, match="not answered"):
        resolution(office, asked.matter, NOW)
    asked.do("2019-04-29T14:20", "stop", "bank", matching=True)
    answer = iso("camt_029", "001_13", resolution(office, asked.matter, NOW).content)
    assert answer.rsltn_of_invstgtn.sts.conf == "CNCL"


def test_a_payment_return(office: Office) -> None:
    desk = begin(
        office,
        "return-of-funds",
        "bank_account:1",
        "2019-10-01T09:00",
        "police",
        frozen_fen=6_200,
        traceable=True,
    )
    for who, loss in (("A", 5_000), ("B", 5_000)):
        desk.do("2019-10-01T10:00", "claim", "victim", who=who, loss_fen=loss)
    desk.do("2019-10-02T10:00", "decide", "police")
    desk.do("2019-10-02T11:00", "order", "police")
    made = payment_return(office, desk.matter, beijing("2019-10-02T12:00"))
    document = iso("pacs_004", "001_13", made.content)
    assert [str(t.rtrd_intr_bk_sttlm_amt.value) for t in document.pmt_rtr.tx_inf] == [
        "31.00",
        "31.00",
    ]


def test_goaml_says_that_nobody_validated_it(office: Office, asked: Desk) -> None:
    made = suspicious_report(office, asked.matter, "1", NOW)
    assert b"UNVALIDATED" in made.content
    assert made.notes[0].en.startswith("UNVALIDATED")


def test_deadlines_in_a_calendar(office: Office, asked: Desk) -> None:
    icalendar = pytest.importorskip("icalendar")
    made = deadlines(office, [asked.matter], NOW, "zh")
    [entry] = icalendar.Calendar.from_ical(made.content).walk("VEVENT")
    assert "核对并止付或拒绝" in entry["summary"]
    assert entry["dtstart"].dt.replace(tzinfo=None) == beijing("2019-04-29T14:30")


def test_a_desks_day(office: Office, asked: Desk, tmp_path: Path) -> None:
    assert desk_day(office, "zh", tmp_path / "day.xlsx") == 1
    rows = list(load_workbook(tmp_path / "day.xlsx").active.iter_rows(values_only=True))
    assert rows[0][0] == "到期"
    assert rows[1][4] == asked.matter
