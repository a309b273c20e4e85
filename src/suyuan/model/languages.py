"""Columns that hold one thing in both languages: ``_en`` and ``_zh``, declared together."""

from dataclasses import replace

from suyuan.model.columns import Column, Type, may, need
from suyuan.model.privacy import Privacy


def in_both(
    name: str, meaning: str, privacy: Privacy, *, mandatory: bool = True
) -> tuple[Column, Column]:
    """``name_en`` and ``name_zh``."""
    column = need if mandatory else may
    return (
        column(f"{name}_en", Type.TEXT, f"{meaning}, English", privacy=privacy),
        column(f"{name}_zh", Type.TEXT, f"{meaning}, Chinese", privacy=privacy),
    )


def in_contract(
    name: str, meaning: str, privacy: Privacy, *, mandatory: bool = True
) -> tuple[Column, Column, Column]:
    """The same for a column that the contract knows without a language: `name` is the English.

    Steps write `name` and ``name_zh``; in the result file ``name_en`` stands beside them.
    """
    english, chinese = in_both(name, "the same", privacy, mandatory=mandatory)
    plain = replace(english, name=name, meaning=f"{meaning} (English)")
    return plain, replace(english, copy_of=name), chinese


def templates(*names: str) -> tuple[Column, ...]:
    """What is masked and filled later: each sentence with whom it names left open, and who."""
    left_open = "the same with whom it names left open"
    every = (in_both(f"{n}_template", left_open, Privacy.TEMPLATE, mandatory=False) for n in names)
    values = "whom the templates' {0}, {1} … stand for: kind:id"
    return (
        *(column for pair in every for column in pair),
        may("sentence_values", Type.LIST, values, kind="subject"),
    )
