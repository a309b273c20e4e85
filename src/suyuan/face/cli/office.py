"""``suyuan office``: procedures that act on what was found. 办案。"""

import typer

from suyuan.face.cli import (
    office_acts,
    office_drafts,
    office_effect,
    office_exchange,
    office_ledger,
    office_posts,
    office_serving,
    office_views,
)

app = typer.Typer(
    help=(
        "From findings to duties, with who must do what by when. 办案：从线索到义务。\n\n"
        "Start with:  suyuan office init OFFICE"
    ),
    no_args_is_help=True,
)
app.command("serve")(office_serving.serve)
app.command("token")(office_serving.token)
app.command("effect")(office_effect.effect)
app.command("init")(office_posts.init)
app.command("post")(office_posts.post)
app.command("begin")(office_acts.begin)
app.command("act")(office_acts.act)
app.command("approve")(office_acts.approve)
app.command("tick")(office_acts.tick)
app.command("drafts")(office_drafts.drafts)
app.command("confirm")(office_drafts.confirm)
app.command("due")(office_views.due)
app.command("matter")(office_views.matter)
app.command("page")(office_views.page)
app.command("desk")(office_views.desk)
app.command("scorecard")(office_views.scorecard)
app.command("packet")(office_exchange.packet)
app.command("answer")(office_exchange.answer)
app.command("export")(office_exchange.export)
app.command("return")(office_drafts.return_)
app.command("seal")(office_ledger.seal)
app.command("verify")(office_ledger.verify)
app.command("rebuild")(office_ledger.rebuild)
