"""From contacts and their candidate orders to the kernel's arrays."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from suyuan.detect.leaks.arrays import Exposure, Pairings
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.detect.leaks.lags import BEFORE_DATA, BEFORE_DATA_REPORTED, Lags, shares


@dataclass(frozen=True, slots=True)
class VictimPairings:
    """The pairings, what the rows behind them are, and the lags learnt from quoted orders."""

    pairings: Pairings
    contacts: pa.Table
    pairs: pa.Table
    lags: Lags


def victims(contacted_people: pa.Table, pairs: pa.Table, exposure: Exposure) -> VictimPairings:
    """Arrays of `pairs` (``contacts.candidate_orders``, ``order_details.with_details``) for
    `contacted_people` (``contacts.contacts``).

    These need ``contact``, ``exact``, ``weight`` and, where there is one, ``relevance``. Contacts
    without a candidate order tell nothing and are left out.
    """
    pairs = inside(pairs, exposure)
    sight = pc.is_in(contacted_people["contact"], value_set=pc.unique(pairs["contact"]))
    contacted_people = contacted_people.filter(sight).sort_by(
        [("contact", "ascending"), ("row_id", "ascending")]
    )
    victim = pc.index_in(pairs["contact"], value_set=contacted_people["contact"]).to_numpy()
    order = np.argsort(victim, kind="stable")
    pairs, victim = pairs.take(order), victim[order].astype(np.int32)
    is_quoted = _bools(pairs["quoted"])
    hours = pairs["hours"].to_numpy()
    exact = _bools(contacted_people["exact"])[victim]
    lags = BEFORE_DATA.learnt(hours[is_quoted & exact])
    density = np.where(exact, lags.density(hours), BEFORE_DATA_REPORTED.density(hours))
    density = density * np.exp(pairs["told"].to_numpy())
    share = shares(victim, density, is_quoted, _relevance(contacted_people))
    pairings = Pairings(
        victim,
        pairs["bin"].to_numpy().astype(np.int32),
        share,
        through(pairs, exposure),
        contacted_people["weight"].to_numpy().astype(float),
    )
    return VictimPairings(pairings, contacted_people, pairs, lags)


def inside(pairs: pa.Table, exposure: Exposure) -> pa.Table:
    """Rows with an ``ordered_at`` within the bins, and their ``bin``."""
    moment = pairs["ordered_at"].to_numpy().astype("datetime64[us]")
    slot = np.searchsorted(exposure.edges, moment, side="right") - 1
    is_inside = (slot >= 0) & (slot < len(exposure.totals))
    return pairs.append_column("bin", pa.array(slot.astype(np.int32))).filter(pa.array(is_inside))


def through(pairs: pa.Table, exposure: Exposure) -> NDArray[np.int32]:
    """Row × attribute: the candidate that handled the order, or -1."""
    subjects = pa.array(exposure.subjects, pa.string())
    columns = []
    for name, kind in ATTRIBUTES.items():
        subject = pc.binary_join_element_wise(kind, pairs[name].cast(pa.string()), ":")
        index = pc.fill_null(pc.index_in(subject, value_set=subjects), -1)
        columns.append(index.to_numpy().astype(np.int32))
    return np.stack(columns, axis=1)


def _relevance(contacted_people: pa.Table) -> NDArray[np.float64]:
    if "relevance" in contacted_people.column_names:
        return contacted_people["relevance"].to_numpy().astype(float)
    return np.ones(len(contacted_people))


def _bools(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return column.to_numpy().astype(bool)
