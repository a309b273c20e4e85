"""Documents handed in on a page: what is taken, who sees it, and what is said of the rest."""

import re
from collections.abc import Iterator

import pytest
from test_office_site import Browser

from office_people import PARTIES, begin, with_people
from office_server import HandClock, Served, served
from suyuan.casework.opening import open_office
from suyuan.casework.scans import LARGEST
from suyuan.face.office_pages.site_pages import office_pages
from suyuan.face.office_pages.uploads import taken_apart
from suyuan.face.web.problems import ProblemDetails

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\r\n--no boundary\r\n"


@pytest.fixture
def there(tmp_path) -> Iterator[Served]:
    office = with_people(open_office(tmp_path / "office"), PARTIES)
    clock = HandClock("2020-11-12T09:00")
    with served(office, clock, office_pages(), folder=tmp_path / "office") as up:
        yield up
    office.ledger.close()


@pytest.fixture
def path(there: Served) -> str:
    firm = begin(there.office, "licence", "firm:1", "2020-11-12T08:00", "applicant",
                 item="food-licence", joint=False)  # fmt: skip
    return f"/matters/{firm.matter}"


def hand_in(browser: Browser, path: str, *files: tuple[str, bytes], **more: str):
    """Send the form of an application with these files, as a browser sends it."""
    page = browser.get(f"{path}/acts/apply").text
    assert 'enctype="multipart/form-data"' in page
    hidden = dict(re.findall(r'name="(csrf|attempt)" value="([^"]+)"', page))
    return browser._take(
        browser.client.post(
            f"{path}/acts/apply",
            data=hidden | {"f.documents": ""} | more,
            files=[("f.documents", (name, content, "image/png")) for name, content in files],
            headers=browser._cookie() | browser.origin,
        )
    )


def test_a_firm_hands_in_and_the_clerk_fetches_the_same_bytes(there: Served, path: str) -> None:
    firm, clerk = Browser(there, "person:applicant-1"), Browser(there, "person:agency-1")
    answer = hand_in(firm, path, ("租赁合同.pdf", PDF), **{"f.documents": "身份证原件"})
    assert answer.status_code == 303, answer.text
    page = clerk.get(path).text
    assert "已交材料文件" in page
    assert "身份证原件" in page
    [link] = re.findall(rf"{path}/documents/[0-9a-f]{{64}}", page)
    fetched = clerk.get(link)
    assert fetched.content == PDF
    assert fetched.headers["content-type"] == "application/pdf"
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in fetched.headers["content-security-policy"]
    assert fetched.headers["x-content-type-options"] == "nosniff"
    # Sealed on the disk, and nobody without a part in the matter is told of it.
    [kept] = (there.site.folder / "documents").iterdir()
    assert PDF not in kept.read_bytes()
    assert Browser(there, "person:candidate-1").get(link).status_code == 404
    assert clerk.get(link[:-4] + "0000").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("身份证.jpg", b"MZ\x90\x00", "Windows 程序"),
        ("合同.pdf", b"PK\x03\x04word/document.xml", "压缩包或办公文档"),
        ("合同.exe", b"MZ", "不接收该类文件"),
        ("合同.pdf", b"", "文件是空的"),
        ("合同.pdf", b"%PDF-" + b"x" * LARGEST, "单个文件不得超过 20 MB"),
        ("合同.pdf", b"%PDF-" + b"x" * (LARGEST + 2_000_000), "单个文件不得超过 20 MB"),
    ],
    ids=["program", "archive", "ending", "empty", "large", "larger"],
)
def test_what_is_not_taken_is_told_in_chinese(
    there: Served, path: str, name: str, content: bytes, words: str
) -> None:
    firm = Browser(there, "person:applicant-1")
    answer = hand_in(firm, path, (name, content))
    assert answer.status_code in (409, 422)
    assert words in answer.text
    assert not (there.site.folder / "documents").exists()
    assert "待申请" in firm.get(path).text


def test_what_was_handed_in_is_kept_when_the_form_comes_back(there: Served, path: str) -> None:
    firm = Browser(there, "person:applicant-1")
    answer = hand_in(firm, path, ("a.pdf", PDF), ("b.jpg", b"MZ"))
    assert answer.status_code == 422
    [kept] = re.findall(r'name="d.documents" value="(document:[0-9a-f]{64})"', answer.text)
    foreign = "document:" + "0" * 64
    again = hand_in(firm, path, **{"d.documents": [kept, foreign]})
    assert again.status_code == 303, again.text
    page = firm.get(path).text
    assert kept.partition(":")[2] in page
    assert "0" * 64 not in page


def test_a_matter_begins_with_its_documents(there: Served) -> None:
    firm, other = Browser(there, "person:applicant-1"), Browser(there, "person:candidate-1")
    page = firm.get("/begin/business-licence").text
    assert 'enctype="multipart/form-data"' in page
    hidden = dict(re.findall(r'name="(csrf|attempt)" value="([^"]+)"', page))
    form = hidden | {"f.scope": "零售", "f.documents": "", "p.agency": PARTIES["agency"]}

    def send(browser: Browser, *files: tuple[str, bytes], **more: str):
        parts = [("f.documents", (name, content, "image/png")) for name, content in files]
        return browser._take(
            browser.client.post(
                "/begin/business-licence", data=form | more, files=parts,
                headers=browser._cookie() | browser.origin,
            )
        )  # fmt: skip

    bad = send(firm, ("章程.pdf", PDF), ("b.jpg", b"MZ"))
    assert (bad.status_code, "Windows 程序" in bad.text) == (422, True)
    [kept] = re.findall(r'name="d.documents" value="(document:[0-9a-f]{64})"', bad.text)
    # Whoever names another's subject gets nothing of what is there for it.
    subject = "firm:" + hidden["attempt"][:12]
    begun = send(firm, **{"d.documents": kept})
    assert begun.status_code == 303, begun.text
    path = begun.headers["location"].partition("?")[0]
    [link] = re.findall(rf"{path}/documents/[0-9a-f]{{64}}", firm.get(path).text)
    assert firm.get(link).content == PDF
    assert Browser(there, "person:agency-1").get(link).content == PDF
    assert other.get(link).status_code == 404
    assert send(firm, **{"d.documents": kept}).headers["location"].startswith(path)  # sent twice
    stolen = send(firm, attempt="x" * 32, subject=subject, **{"d.documents": kept})
    assert stolen.status_code == 422


def test_a_body_without_a_session_is_not_read(there: Served, path: str) -> None:
    stranger = Browser(there, None)
    answer = stranger.client.post(
        f"{path}/acts/apply", files=[("f.documents", ("a.pdf", PDF))], headers=stranger.origin
    )
    assert answer.status_code == 401


KIND = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--b--"),
        (KIND, b""),
        (KIND, b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx'),
        (KIND, b"--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--"),
        (KIND, b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n\xff\r\n--b--'),
        (KIND, b"--b\r\n\r\n\r\n" * 301 + b"--b--"),
    ],
)
def test_a_body_that_is_no_form(kind: str, body: bytes) -> None:
    with pytest.raises(ProblemDetails):
        taken_apart(kind, body)


def test_a_name_and_a_text_keep_their_per_cent_signs() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n50%22\r\n'
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="50%41.pdf"\r\n\r\nx\r\n--b--'
    )
    parts = taken_apart(KIND, body)
    assert (parts.fields, parts.files[0].name) == (b"a=50%2522", "50%41.pdf")


def test_parts_come_back_as_they_were() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xe6\x9d\x90\r\n'
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="x%22.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n\r\n\x00--b\r\n\r\n--b--\r\n"
    )
    parts = taken_apart(KIND, body)
    assert parts.fields == b"a=%E6%9D%90"
    [file] = parts.files
    assert (file.field, file.name, file.content) == ("f", 'x".pdf', b"\r\n\x00--b\r\n")
