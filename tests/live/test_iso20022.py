"""pain.001 and pacs.008 in; what goes out is read back strictly by another library."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from wire import lines_of_the_story, scorer

from suyuan.live.api import respond
from suyuan.live.batching import Batcher
from suyuan.live.http import Request
from suyuan.live.iso20022 import IsoError, asked_in

PACS = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2019-04-27T10:40:00+08:00</CreDtTm><NbOfTxs>1</NbOfTxs></GrpHdr>
<CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId><TxId>T1</TxId></PmtId>
<IntrBkSttlmAmt Ccy="CNY">49950.00</IntrBkSttlmAmt>
<DbtrAcct><Id><Othr><Id>card-3</Id></Othr></Id></DbtrAcct>
<CdtrAcct><Id><Othr><Id>mule</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>
</FIToFICstmrCdtTrf></Document>"""
PAIN = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>M2</MsgId><CreDtTm>2019-04-27T10:40:00+08:00</CreDtTm></GrpHdr>
<PmtInf><PmtInfId>P1</PmtInfId><DbtrAcct><Id><Othr><Id>card-3</Id></Othr></Id></DbtrAcct>
<CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId>
<Amt><InstdAmt Ccy="CNY">49950</InstdAmt></Amt>
<CdtrAcct><Id><Othr><Id>mule</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>
<CdtTrfTxInf><PmtId><EndToEndId>E2</EndToEndId></PmtId>
<Amt><InstdAmt Ccy="CNY">50.00</InstdAmt></Amt>
<CdtrAcct><Id><Othr><Id>grocer</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>
</PmtInf></CstmrCdtTrfInitn></Document>"""


def post(folder: Path, body: str) -> tuple[int, bytes]:
    """`body` asked after all that the story knows before the third payment."""
    live = scorer(folder)
    live.take([line for line in lines_of_the_story() if b"p-third" not in line], 0)
    request = Request("POST", "/v1/iso20022", body.encode())
    head, _, written = respond(Batcher(live), request).partition(b"\r\n\r\n")
    live.close()
    return int(head.split()[1]), written


def strictly(kind: str, written: bytes) -> Any:
    """`written` read by the published schema of `kind`."""
    pytest.importorskip("pyiso20022")
    from xsdata.formats.dataclass.parsers import XmlParser
    from xsdata.formats.dataclass.parsers.config import ParserConfig

    name = kind.replace(".", "_")
    module = importlib.import_module(f"pyiso20022.{kind[:4]}.{name}")
    parser = XmlParser(config=ParserConfig(fail_on_unknown_properties=True))
    return parser.from_bytes(written, module.Document)


def test_a_pacs_008_is_held_by_a_pacs_002(tmp_path: Path) -> None:
    status, written = post(tmp_path, PACS)
    assert status == 200
    report = strictly("pacs.002.001.10", written).fito_fipmt_sts_rpt
    (one,) = report.tx_inf_and_sts
    assert (one.orgnl_end_to_end_id, one.orgnl_tx_id, one.tx_sts) == ("E1", "T1", "PDNG")
    said = one.sts_rsn_inf[0].addtl_inf
    assert any("payee_named" in line for line in said)


def test_a_pain_001_gets_a_status_for_each_transfer(tmp_path: Path) -> None:
    status, written = post(tmp_path, PAIN)
    assert status == 200
    report = strictly("pain.002.001.10", written).cstmr_pmt_sts_rpt
    (block,) = report.orgnl_pmt_inf_and_sts
    assert block.orgnl_pmt_inf_id == "P1"
    statuses = {each.orgnl_end_to_end_id: each.tx_sts for each in block.tx_inf_and_sts}
    assert statuses["E1"] in ("PDNG", "ACCP")
    assert statuses["E2"] == "ACCP"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("CNY", "USD", "CNY is expected"),
        ("+08:00", "", "offset"),
        ("<MsgId>M1</MsgId>", "", "MsgId"),
        ("FIToFICstmrCdtTrf", "FIToFIPmtStsRpt", "neither"),
        ("CdtrAcct", "CdtrAgt", "CdtrAcct"),
        ("</Document>", "", "XML"),
        ("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', "XML"),
    ],
)
def test_what_cannot_be_taken_is_said(tmp_path: Path, old: str, new: str, why: str) -> None:
    with pytest.raises(IsoError, match=why):
        asked_in(PACS.replace(old, new).encode())
    assert post(tmp_path, PACS.replace(old, new))[0] == 400


def test_a_sum_that_is_none_is_refused(tmp_path: Path) -> None:
    assert post(tmp_path, PACS.replace("49950.00", "1.005"))[0] == 400
