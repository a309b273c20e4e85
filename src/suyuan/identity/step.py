"""The step that settles who is who."""

from suyuan.identity.aliases import NAME_COLUMNS, aliases
from suyuan.identity.hubs import hubs
from suyuan.identity.named_numbers import named_numbers
from suyuan.identity.owners import owners
from suyuan.model.text import Text
from suyuan.store.steps import Step, StepOutput
from suyuan.store.tables import Tables


def _outputs(tables: Tables) -> StepOutput:
    keep = tables.engine.keep
    statements = keep(owners(tables))
    return {
        "owners": statements,
        "aliases": keep(aliases(tables, statements)),
        "hubs": keep(hubs(tables)),
        "named_numbers": keep(named_numbers(tables)),
    }


IDENTITY = Step(
    name="identity",
    title=Text("Identifying who is who", "识别主体"),
    reads=tuple(
        sorted({table for table, _ in NAME_COLUMNS} | {"parties", "calls", "payments", "reports"})
    ),
    writes=("owners", "aliases", "hubs", "named_numbers"),
    run=_outputs,
    without={
        "parties": Text(
            "people are known only as far as accounts name them",
            "只能从账户信息得知人员",
        )
    },
)
