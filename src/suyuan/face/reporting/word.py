"""A dossier in Word (python-docx)."""

from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from suyuan.face.reporting.dossier import Dossier, Statement
from suyuan.face.reporting.shown import chinese
from suyuan.model.text import Language, Text

#: Fonts that Word has on its own, for either script.
LATIN, HAN = "Times New Roman", "SimSun"
SOFT = RGBColor(0x55, 0x5D, 0x69)


def write_word(made: Dossier, head: dict[str, Any], path: Path, language: Language) -> None:
    """Write `made` to `path`: headings, numbered statements, their rows, the files cited."""
    document = Document()
    _fonts(document)
    document.add_heading(head["case"], 0)
    mask = Text("personal data masked", "个人信息已脱敏")
    full = Text("FULL IDENTIFIERS", "含完整标识")
    shown = _said(mask if head["masked"] else full, language)
    document.add_paragraph(
        f"{head['made_at']} ({head['zone']}) · suyuan {head['version']} · {shown}"
    )
    document.add_paragraph(_said(head["lead"], language)).runs[0].bold = True
    for chapter in made.chapters:
        document.add_heading(f"{chapter.number}  {_said(chapter.title, language)}", 1)
        for statement in chapter.statements:
            _statement(document, statement, language)
        if chapter.note:
            document.add_paragraph(_said(chapter.note, language))
    document.add_heading(_said(Text("Files cited", "引用文件"), language), 1)
    for file, sha in made.files:
        _small(document, f"{file}  {sha}")
    document.save(str(path))


def _statement(document: Any, statement: Statement, language: Language) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_together = True
    paragraph.add_run(f"{statement.number}  ").bold = True
    paragraph.add_run(_clean(_said(statement.text, language)))
    if statement.score is not None:
        paragraph.add_run(f"  [{statement.score:.2f}]").font.color.rgb = SOFT
    if statement.against and statement.against.en:
        head = Text("What speaks against it: ", "反面解释:")
        _small(document, _said(head, language) + _said(statement.against, language))
    for row in statement.rows:
        _small(document, f"{row.place} [{row.sha}] {row.table} {row.key} {row.note}")
    if statement.more:
        more = Text(f"and {statement.more} more rows", f"另有{statement.more}行")
        _small(document, _said(more, language))


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


def _said(text: Text, language: Language) -> str:
    return chinese(text.zh) if language == "zh" else text.en


def _clean(text: str) -> str:
    """Without what XML cannot hold (surrogates, and the two non-characters)."""
    return "".join(
        c
        for c in text
        if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )
