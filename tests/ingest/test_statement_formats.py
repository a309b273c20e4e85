"""MT940, camt.053 and OFX statements, invented."""

from pathlib import Path

import duckdb
import pytest

from suyuan.ingest import import_case

OWN, OTHER = "6222021234567890123", "6217000011112222333"
MT940 = f""":20:START
:25:12345678/{OWN}
:28C:1/1
:60F:C190428CNY100,00
:61:1904290429D49,95NTRFREF1//B1
:86:transfer {OTHER}
:61:1904290429C10,00NTRFREF2
:86:salary {OTHER}
:62F:C190429CNY60,05
"""
CAMT = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Acct><Id><Othr><Id>{OWN}</Id></Othr></Id></Acct>
<Ntry><Amt Ccy="CNY">49.95</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<BookgDt><DtTm>2019-04-29T09:05:00+08:00</DtTm></BookgDt><AcctSvcrRef>B1</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><CdtrAcct><Id><Othr><Id>{OTHER}</Id></Othr></Id></CdtrAcct>
</RltdPties><RmtInf><Ustrd>transfer</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="CNY">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2019-04-29</Dt></BookgDt>
<NtryRef>REF2</NtryRef><NtryDtls><TxDtls><RltdPties><DbtrAcct><Id><Othr><Id>{OTHER}</Id></Othr>
</Id></DbtrAcct></RltdPties></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>
"""
OFX = f"""OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:UTF-8
CHARSET:NONE
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>CNY<BANKACCTFROM><BANKID>1<ACCTID>{OWN}
<ACCTTYPE>SAVINGS</BANKACCTFROM><BANKTRANLIST><DTSTART>20190401<DTEND>20190430
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20190429090500<TRNAMT>-49.95<FITID>B1<NAME>transfer
<MEMO>{OTHER}</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20190429100000<TRNAMT>10.00<FITID>REF2<NAME>salary
<MEMO>{OTHER}</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [("a.sta", MT940, (5, 7)), ("a.xml", CAMT, (1, 2)), ("a.ofx", OFX, (13, 15))],
)
def test_a_statement_becomes_payments(
    tmp_path: Path, name: str, text: str, lines: tuple[int, int]
) -> None:
    (tmp_path / name).write_text(text)
    imported = import_case(tmp_path, tmp_path / "suyuan")
    assert imported.quality_summary["profile"].to_pylist() == ["statement-formats"]
    rows = duckdb.sql(
        "SELECT payment_id, payer, payee, amount, currency, line "
        f"FROM '{tmp_path}/suyuan/records/payments/*.parquet' ORDER BY line"
    ).fetchall()
    first, second = lines
    assert rows == [
        ("B1", OWN, OTHER, 4995, "CNY", first),
        ("REF2", OTHER, OWN, 1000, "CNY", second),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.sta", MT940[: len(MT940) // 3].replace(":61:", ":61:x")),
        ("a.xml", CAMT[: len(CAMT) // 2]),
        ("b.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>camt.053 &a;</x>'),
    ],
)
def test_a_broken_statement_is_told(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    imported = import_case(tmp_path, tmp_path / "suyuan")
    assert imported.quality_summary["rows_kept"].to_pylist() == [0]
