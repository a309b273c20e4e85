"""``suyuan decide``: a person's word, which later runs obey."""

from enum import Enum
from typing import Annotated

import typer

from suyuan.face.cli.options import (
    CaseArgument,
    LangOption,
    Out,
    console,
    language_of,
    plain_errors,
)
from suyuan.model.text import Text

NAME = "decide"


class DecisionKind(Enum):
    """What a person can say."""

    confirm = "confirm"
    reject = "reject"
    merge = "merge"
    split = "split"
    undo = "undo"


@plain_errors
def command(
    case: CaseArgument,
    kind: Annotated[
        DecisionKind, typer.Argument(help="confirm, reject, merge, split, undo. 决定。")
    ],
    what: Annotated[
        list[str], typer.Argument(help="A subject (kind:id), reports, or a decision_id. 对象。")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept. 理由。")],
    by: Annotated[str, typer.Option("--by", help="Who decides. 决定人。")],
    role: Annotated[str | None, typer.Option("--role", help="The role meant. 角色。")] = None,
    out: Out = None,
    lang: LangOption = None,
) -> None:
    """Confirm or reject a finding, merge or split reports, or take a decision back.

    It is written to CASE/decisions.csv as a new row, and to the ledger of the results; nothing is
    ever deleted from there.
    """
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.screen import plain  # noqa: PLC0415
    from suyuan.face.decision_file import Decision, decide, unknown_targets  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    decision = Decision(kind.value, tuple(what), role, by, reason)
    results = CaseFolder(case).results(out)
    id_ = decide(case, decision, results.layout)
    notice = Text(
        "Decision {id} recorded; it takes effect with the next run.",
        "决定 {id} 已记录，下次运行时生效。",
    )
    console().print(notice.format(id=id_).in_(language_of(lang)))
    mask = masking(results.layout, None, NAME)
    for reference in unknown_targets(results, decision):
        label = mask.subject(reference) if ":" in reference else reference
        doubt = Text(
            "The last investigation has no {one}; check the spelling. "
            "`suyuan decide CASE undo {id}` takes it back.",
            "上次分析中没有 {one}，请核对；可用 suyuan decide CASE undo {id} 撤回。",
        )
        console().print(plain(doubt.format(one=label, id=id_).in_(language_of(lang))))
