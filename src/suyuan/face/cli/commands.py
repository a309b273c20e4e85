"""Every command of ``suyuan``, and the one that is asked for alone."""

from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Final

import typer

#: Commands by their modules, in the order of ``--help``: each has ``NAME`` and ``command``.
COMMANDS: Final = ("example", "investigate", "check", "decide", "map", "who", "explain", "trace",
                   "paths", "flows", "match", "export", "replay", "report", "serve", "verify",
                   "warn")  # fmt: skip
#: Modules with commands of their own, in an ``app``.
PACKS: Final = ("rules", "lab", "live", "office")
#: What stands under ``office`` beside its own: single commands, and packs by their names.
_OFFICE: Final = ("office_indicators", "office_change")
_OFFICE_PACKS: Final = ("fees", "referral", "event", "licence")


def application(words: Sequence[str]) -> typer.Typer:
    """The command line; where `words` begin with a command, only that one is imported."""
    app = typer.Typer(
        name="suyuan",
        help=(
            "溯源: from an investigation's records to the whole chain behind the scam, "
            "each claim with its evidence.\n\n"
            "Start with:  suyuan example zheng && suyuan investigate zheng"
        ),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_show_locals=False,
    )
    app.callback()(_no_callback)  # a command that is alone keeps its name
    names = [name for name in words[:1] if name in (*COMMANDS, *PACKS)]
    for name in names or (*COMMANDS, *PACKS):
        _add(app, name)
    return app


def _no_callback() -> None:
    pass


def _add(app: typer.Typer, name: str) -> None:
    module = _module(name)
    if name in COMMANDS:
        _add_command(app, module)
        return
    if name == "office":
        _add_office(module.app)
    app.add_typer(module.app, name=name)


def _add_command(app: typer.Typer, module: ModuleType) -> None:
    """The command of a module; its options may have had other names (``SETTINGS``)."""
    app.command(module.NAME, context_settings=getattr(module, "SETTINGS", None))(module.command)


def _add_office(app: typer.Typer) -> None:
    """What stands under ``office`` in files of its own; once, however often it is asked for."""
    command_names = {registration.name for registration in app.registered_commands}
    for name in _OFFICE:
        module = _module(name)
        if module.NAME not in command_names:
            _add_command(app, module)
    group_names = {registration.name for registration in app.registered_groups}
    for name in _OFFICE_PACKS:
        if name not in group_names:
            app.add_typer(_module(f"office_{name}").app, name=name)


def _module(name: str) -> ModuleType:
    return import_module(f"suyuan.face.cli.{name}")
