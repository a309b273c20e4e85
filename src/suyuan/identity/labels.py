"""Components over text ids: the bridge between a table of pairs and the union-find kernel."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from suyuan.identity.components import components


def label_pairs(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.Table:
    """Columns ``node`` and ``label``: each id that occurs, and the smallest id of its component.

    Ids are put in text order before they are numbered, so labels depend neither on the order of
    the pairs nor on their direction.
    """
    names = pc.unique(pa.chunked_array([*left.chunks, *right.chunks], pa.string()))
    names = names.take(pc.sort_indices(names))
    roots = components(_number_nodes(left, names), _number_nodes(right, names), len(names))
    return pa.table({"node": names, "label": names.take(pa.array(roots))})


def _number_nodes(side: pa.ChunkedArray, names: pa.Array) -> NDArray[np.int32]:
    index = pc.index_in(side, value_set=names).combine_chunks()
    return index.to_numpy(zero_copy_only=False).astype(np.int32)
