"""How far the methods agree: for every place, the least and the most that they say rests there."""

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.results import EXIT_RANGES
from suyuan.money.methods import METHODS


def exit_ranges(exits: pa.Table, default: str) -> pa.Table:
    """One row for each report and exit of any conserving method; a method that finds nothing
    there counts as nothing.
    """
    names = [name for name in pc.unique(exits["method"]).to_pylist() if METHODS[name].conserves]
    rows = exits.filter(pc.is_in(exits["method"], value_set=pa.array(names, pa.string())))
    default_amount = pc.if_else(pc.equal(rows["method"], default), rows["amount"], 0)
    rows = rows.append_column("chosen", default_amount)
    place = ["report_id", "exit", "method"]
    rows = rows.group_by(place).aggregate([("amount", "sum"), ("chosen", "sum")])
    spans = rows.group_by(["report_id", "exit"]).aggregate(
        [
            ("chosen_sum", "sum"),
            ("amount_sum", "min"),
            ("amount_sum", "max"),
            ("amount_sum", "count"),
        ]
    )
    everywhere = pc.equal(spans["amount_sum_count"], len(names))
    columns = {
        "report_id": spans["report_id"],
        "exit": spans["exit"],
        "amount": spans["chosen_sum_sum"],
        "lowest": pc.if_else(everywhere, spans["amount_sum_min"], 0),
        "highest": spans["amount_sum_max"],
    }
    names = list(EXIT_RANGES.names)
    table = pa.table([columns[name] for name in names], names).cast(EXIT_RANGES.schema)
    return table.sort_by([("report_id", "ascending"), ("exit", "ascending")])
