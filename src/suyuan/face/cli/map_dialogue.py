"""The dialogue of ``suyuan map``: what is proposed, asked, tried, shown, and saved."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import typer
from rich.console import Console

from suyuan.face.cli.map_output import print_proposal, print_trial
from suyuan.face.cli.map_questions import ask_all, ask_table
from suyuan.face.cli.screen import plain
from suyuan.ingest.proposing.case_folder import case_of
from suyuan.ingest.proposing.direction_words import DirectionWords
from suyuan.ingest.proposing.doubts import doubts_of
from suyuan.ingest.proposing.draft_profile import profile_path, write_profile
from suyuan.ingest.proposing.header_words import OWN, STATEMENT_ROLES
from suyuan.ingest.proposing.proposal import Proposal, propose_mapping
from suyuan.ingest.proposing.settings_file import settings_with, write_file_settings
from suyuan.ingest.proposing.trial import MappingTrial, try_mapping
from suyuan.ingest.settings import NAME, FileSettings, read_settings
from suyuan.ingest.source_reader import NO_OWN
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.text import Language, Text

#: How often a person may try again before the dialogue ends.
_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Answers:
    """What the command line says already."""

    table: str | None = None
    name: str | None = None
    columns: tuple[str, ...] = ()
    own: str | None = None
    unit: str | None = None
    is_inverted: bool | None = None
    days: str | None = None
    out_words: tuple[str, ...] = ()
    in_words: tuple[str, ...] = ()

    def over(self, proposal: Proposal) -> Proposal:
        """The proposal with these answers."""
        if self.columns:
            proposal = proposal.with_(dict(_column(column, proposal) for column in self.columns))
        words = proposal.words.with_words(self.out_words, self.in_words)
        return replace(
            proposal,
            words=words if words.place is not None else DirectionWords(),
            own=self.own or proposal.own,
            unit=self.unit or proposal.unit,
            inverted=proposal.inverted if self.is_inverted is None else self.is_inverted,
            confirmed=proposal.confirmed + (self.is_inverted is not None),
            days=self.days or proposal.days,
        )


@dataclass(frozen=True, slots=True)
class Mapping:
    """The file, its case, and where to speak."""

    file: Path
    case: Path
    to: Console
    language: Language
    settings: FileSettings = field(default_factory=lambda: FileSettings(""))

    @classmethod
    def of(cls, file: Path, case: Path | None, to: Console, language: Language) -> "Mapping":
        """Find the case folder: the nearest above the file that is one, else the file's own."""
        if not file.is_file():
            raise InputError(Text("No such file.", "没有这个文件。"), value=file)
        whole = file.resolve()
        folder = case.resolve() if case else case_of(whole)
        if not whole.is_relative_to(folder):
            raise InputError(_OUTSIDE, value=file)
        path = whole.relative_to(folder).as_posix()
        return cls(whole, folder, to, language, settings_with(read_settings(folder), path))

    def say(self, text: Text) -> None:
        self.to.print(plain(text.in_(self.language)), soft_wrap=True)


def run_dialogue(mapping: Mapping, answers: Answers, *, ask: bool) -> int:
    """Lead to a profile that reads the file; the exit code, 0 where the next check reads it."""
    if answers.table is None and not answers.columns:
        trial = try_mapping(mapping.case, mapping.file, mapping.settings)
        if trial.stands:
            mapping.say(_KNOWN_PROFILE.format(profile=trial.profile))
            print_trial(trial, mapping.to, mapping.language)
            return 0
        if any(text == NO_OWN for text, _, _ in trial.reasons):
            return _own_only(mapping, answers, ask=ask)
    if answers.table is not None and answers.table not in RECORDS:
        raise InputError(_NO_TABLE.format(names=", ".join(RECORDS)), value=answers.table)
    proposal = propose_mapping(mapping.file, table=answers.table, settings=mapping.settings)
    if ask and not proposal.sure:
        table = ask_table(proposal.table, mapping.language)
        proposal = propose_mapping(mapping.file, table=table, settings=mapping.settings)
    return _map_by_rounds(mapping, answers, proposal, ask=ask)


def _own_only(mapping: Mapping, answers: Answers, *, ask: bool) -> int:
    """The layout is known, and only whose account it is has to be said."""
    mapping.say(_KNOWN_BUT_OWN)
    own = answers.own
    if own is None and ask:
        own = typer.prompt(_OWN_ASKED.in_(mapping.language)).strip()
    if own is None:
        mapping.say(_SAY_OWN)
        return 1
    settings = replace(mapping.settings, own=own)
    trial = try_mapping(mapping.case, mapping.file, settings)
    print_trial(trial, mapping.to, mapping.language)
    if not trial.stands:
        mapping.say(_NOTHING_STANDS)
        return 1
    if ask and not _agrees(mapping):
        mapping.say(_NOT_SAVED)
        return 1
    write_file_settings(mapping.case, settings)
    mapping.say(_SAVED_OWN.format(path=mapping.case / NAME))
    return 0


def _map_by_rounds(mapping: Mapping, answers: Answers, proposal: Proposal, *, ask: bool) -> int:
    name, own_default = answers.name or mapping.file.stem, proposal.own
    proposal = answers.over(proposal)
    for _ in range(_ROUNDS):
        print_proposal(proposal, mapping.file.name, mapping.to, mapping.language)
        if ask:
            proposal = ask_all(proposal, mapping.language)
        if _clear(mapping, proposal):
            settings, trial = _try_settings(mapping, name, proposal, own_default)
            if trial.stands and (not ask or _agrees(mapping)):
                return _save(mapping, name, proposal, settings)
        if not ask or not _again(mapping):
            mapping.say(_NOT_SAVED)
            return 1
    return 1


def _clear(mapping: Mapping, proposal: Proposal) -> bool:
    """Whether nothing is open; what is, is listed."""
    doubts = doubts_of(proposal)
    if doubts:
        mapping.say(_OPEN)
    for doubt in doubts:
        mapping.say(Text(f"  · {doubt.en}", f"  · {doubt.zh}"))
    return not doubts


def _try_settings(
    mapping: Mapping, name: str, proposal: Proposal, own_default: str | None
) -> tuple[FileSettings, MappingTrial]:
    """The settings with which the case would read the file by the new profile, and what comes."""
    settings = _settings(mapping, proposal, own_default)
    trial = try_mapping(mapping.case, mapping.file, settings, name, proposal)
    stem = profile_path(mapping.case, name).stem
    if trial.stands and trial.profile != stem:  # another of the case's own fits as well
        settings = replace(settings, profile=stem)
        trial = try_mapping(mapping.case, mapping.file, settings, name, proposal)
    print_trial(trial, mapping.to, mapping.language)
    if not trial.stands:
        mapping.say(_NOTHING_STANDS)
    return settings, trial


def _settings(mapping: Mapping, proposal: Proposal, own_default: str | None) -> FileSettings:
    """What case.toml must say of the file: whose it is, where the file does not say it itself."""
    own = proposal.own if proposal.is_statement and not proposal.headers(OWN) else None
    own = None if own == own_default else own
    settings = replace(mapping.settings, table=None, profile=None)
    return replace(settings, own=own or settings.own)


def _save(mapping: Mapping, name: str, proposal: Proposal, settings: FileSettings) -> int:
    if settings != mapping.settings:
        write_file_settings(mapping.case, settings)
        mapping.say(_SAVED_OWN.format(path=mapping.case / NAME))
    path = write_profile(mapping.case, name, proposal)
    mapping.say(_SAVED_PROFILE.format(path=path, case=mapping.case))
    return 0


def _agrees(mapping: Mapping) -> bool:
    return bool(typer.confirm(_RIGHT.in_(mapping.language), default=True))


def _again(mapping: Mapping) -> bool:
    return bool(typer.confirm(_AGAIN.in_(mapping.language), default=True))


def _column(text: str, proposal: Proposal) -> tuple[str, str | None]:
    """HEADER=COLUMN of the command line, checked."""
    header, mark, role = (part.strip() for part in text.rpartition("="))
    header = _header(header, proposal)
    roles = {*RECORDS[proposal.table].names, *STATEMENT_ROLES, "-"}
    if not mark or header not in proposal.sample.headers or role not in roles:
        raise InputError(_NO_COLUMN.format(names=", ".join(sorted(roles))), value=text)
    return header, None if role == "-" else role


def _header(text: str, proposal: Proposal) -> str:
    headers = proposal.sample.headers
    if text not in headers and text.isdigit() and 0 < int(text) <= len(headers):
        return headers[int(text) - 1]
    return text


_OUTSIDE = Text(
    "The file is outside the case folder; name the case with --case.",
    "文件不在案件文件夹内；请用 --case 指明案件文件夹。",
)
_NO_TABLE = Text("No such table; the tables are {names}.", "没有这个表；可用的有 {names}。")
_NO_COLUMN = Text(
    "Write --column HEADER=COLUMN; columns are {names}.",
    "请写作 --column 表头=标准列；标准列有 {names}。",
)
_KNOWN_PROFILE = Text(
    "This file is already recognised ({profile}); no mapping needed. To remap it, use --table.",
    "该文件已能识别（{profile}），无需映射；如要重新映射，请加 --table。",
)
_KNOWN_BUT_OWN = Text(
    "The layout is recognised, but nothing says whose account (or number) the list is of.",
    "该版式已能识别，只是表内外均未写明这是谁的账户（或号码）。",
)
_OWN_ASKED = Text("Whose account (or number) is it", "这是谁的账号（或号码）")
_SAY_OWN = Text("Name it with --own.", "请用 --own 指明。")
_OPEN = Text("Open questions; nothing was saved:", "尚有待明确之处，未保存：")
_NOTHING_STANDS = Text(
    "With this mapping no row is usable; nothing was saved.", "按此映射没有一行可用，未保存。"
)
_NOT_SAVED = Text("Nothing was saved.", "未保存。")
_RIGHT = Text("Is this right? Save it", "以上是否正确？保存")
_AGAIN = Text("Start over", "重新设定")
_SAVED_PROFILE = Text(
    "Profile: {path}; suyuan check {case} reads the file by it.",
    "映射配置：{path}；suyuan check {case} 即按此读取。",
)
_SAVED_OWN = Text("Noted in {path}.", "已记入 {path}。")
