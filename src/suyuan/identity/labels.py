"""Components over text ids: the bridge between a table of pairs and the union-find kernel."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.identity.components import components


def label_pairs(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.Table:
    """Columns ``node`` and ``label``: each id that occurs, and the smallest id of its component.

    Ids are put in text order before they are numbered, so labels depend neither on the order of
    the pairs nor on their direction.
    """
    names = pc.unique(pa.chunked_array([*left.chunks, *right.chunks], pa.string()))
    names = names.take(pc.sort_indices(names))
    numbered = [
        pc.index_in(side, value_set=names).combine_chunks().to_numpy(zero_copy_only=False)
        for side in (left, right)
    ]
    roots = components(*(side.astype(np.int32) for side in numbered), len(names))
    return pa.table({"node": names, "label": names.take(pa.array(roots))})
