"""A dossier in Word (python-docx)."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from suyuan.face.display import chinese
from suyuan.face.report.dossier import Claim, Dossier
from suyuan.face.report.dossier_pictures import Picture
from suyuan.model.text import Language, Text

#: Fonts that Word has on its own, for either script.
LATIN, HAN = "Times New Roman", "SimSun"
SOFT = RGBColor(0x55, 0x5D, 0x69)


def write_word(
    content: Dossier,
    head: dict[str, Any],
    photographs: Sequence[tuple[Picture, bytes | None]],
    path: Path,
) -> None:
    """Write `content` to `path`: headings, pictures, numbered statements, their rows, files cited.

    A picture without its bytes is told by its title and left to the HTML.
    """
    document, language = Document(), head["language"]
    _fonts(document)
    _title(document, head)
    if photographs:
        _turn_page(document)
        for picture, image in photographs:
            _picture(document, picture, image, language)
        _turn_page(document)
    for chapter in content.chapters:
        document.add_heading(f"{chapter.number}  {_line(chapter.title, language)}", 1)
        for statement in chapter.statements:
            _statement(document, statement, language)
        if chapter.note:
            document.add_paragraph(_line(chapter.note, language))
    document.add_heading(_line(Text("Files cited", "引用文件"), language), 1)
    for file, sha in content.files:
        _small(document, f"{file}  {sha}")
    document.save(str(path))


def _title(document: Any, head: dict[str, Any]) -> None:
    language: Language = head["language"]
    document.add_heading(head["case"], 0)
    mask = Text("personal data masked", "个人信息已脱敏")
    full = Text("FULL IDENTIFIERS", "含完整标识")
    mask_note = _line(mask if head["masked"] else full, language)
    document.add_paragraph(
        f"{head['made_at']} ({head['zone']}) · suyuan {head['version']} · {mask_note}"
    )
    document.add_paragraph(_line(head["lead"], language)).runs[0].bold = True


def _turn_page(document: Any) -> None:
    """A new page, lying where the last one stood, or standing where it lay."""
    last = document.sections[-1]
    wide = last.page_width < last.page_height
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = last.page_height, last.page_width


def _picture(document: Any, picture: Picture, image: bytes | None, language: Language) -> None:
    title = _line(picture.title, language)
    if image is None:
        document.add_paragraph(f"{title}: {_line(_UNDRAWN, language)}")
        return
    page = document.sections[-1]
    room = page.page_width - page.left_margin - page.right_margin
    high = page.page_height - page.top_margin - page.bottom_margin - Pt(40)
    width = min(room, int(high * picture.width / picture.height))
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = picture.caption is not None
    paragraph.add_run().add_picture(BytesIO(image), width=width)
    for properties in paragraph._p.iter(qn("wp:docPr")):  # noqa: SLF001  # python-docx has no other way
        properties.set("descr", title)  # what a screen reader says of it
    if picture.caption:
        _small(document, _line(picture.caption, language))


def _statement(document: Any, statement: Claim, language: Language) -> None:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.keep_together, form.space_before, form.space_after = True, Pt(6), Pt(2)
    form.keep_with_next = bool(statement.rows)
    paragraph.add_run(f"{statement.number}  ").bold = True
    paragraph.add_run(_clean(_line(statement.text, language)))
    if statement.score is not None:
        paragraph.add_run(f"  [{statement.score:.2f}]").font.color.rgb = SOFT
    if statement.against and statement.against.en:
        head = Text("What speaks against it: ", "反面解释：")
        _small(document, _line(head, language) + _line(statement.against, language))
    for row in statement.rows:
        _small(
            document, f"{row.place} [{row.sha}] {row.table} {row.key} {_line(row.shows, language)}"
        )
    if statement.more:
        more = Text(f"and {statement.more} more rows", f"另有{statement.more}行")
        _small(document, _line(more, language))


def _small(document: Any, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = Pt(28)
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(_clean(text))
    run.font.size = Pt(8.5)
    run.font.color.rgb = SOFT


def _fonts(document: Any) -> None:
    for name in ("Normal", "Title", "Heading 1"):
        style = document.styles[name]
        style.font.name = LATIN
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), HAN)
    document.styles["Normal"].font.size = Pt(11)


def _line(text: Text, language: Language) -> str:
    return chinese(text.zh) if language == "zh" else text.en


def _clean(text: str) -> str:
    """Without what XML cannot hold (surrogates, and the two non-characters)."""
    return "".join(
        c
        for c in text
        if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )


_UNDRAWN = Text(
    "no browser was found to draw it; see the HTML dossier",
    "未找到可绘图的浏览器，请见 HTML 卷宗",
)
