import itertools

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.model.errors import CatalogError
from suyuan.rulebook.language import parse

REFUSED = [
    "__import__('os').system('x')",
    "a.b",
    "a[0]",
    "[x for x in y]",
    "lambda: 1",
    "f'{a}'",
    "a if b else c",
    "a ** 9",
    "1 < a < 3",
    "open('x')",
    "contains(cell=a, item=b)",
    "count(a)",
    "a in b",
    "a in ()",
    "(a := 1)",
    "a and",
    "",
    "b'x'",
    "1j",
    "(" * 300 + "a" + ")" * 300,
    "+".join(["a"] * 400),
]


@pytest.mark.parametrize("source", REFUSED)
def test_what_is_not_in_the_language_is_refused(source: str) -> None:
    with pytest.raises(CatalogError):
        parse(source)


def test_names_leave_functions_out() -> None:
    assert parse("contains(functions, 'sms') and x > y").names == {"functions", "x", "y"}


def test_unknown_names_and_wrong_arguments_are_the_catalogs_fault() -> None:
    table = ibis.memtable({"a": [1]})
    for source in ("b == 1", "contains(a)", "starts_with(a, 'x')"):
        with pytest.raises(CatalogError):
            parse(source).compile({"a": table.a})


KLEENE = {True: 1.0, False: 0.0, None: 0.5}
LEAVES = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda x: f"(not {x})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})"),
    ),
    max_leaves=6,
)
ROWS = list(itertools.product([True, False, None], repeat=3))
TABLE = ibis.memtable(
    {"n": list(range(len(ROWS)))} | {k: [r[i] for r in ROWS] for i, k in enumerate("abc")},
    schema={"n": "int64", "a": "boolean", "b": "boolean", "c": "boolean"},
)


def kleene(source: str, row: tuple[bool | None, ...]) -> bool | None:
    """Strong Kleene logic: least and greatest of 0, ½ and 1."""

    class Value(float):
        def __and__(self, other: float) -> "Value":
            return Value(min(self, other))

        def __or__(self, other: float) -> "Value":
            return Value(max(self, other))

        def __invert__(self) -> "Value":
            return Value(1 - self)

    words = source.replace("not ", "~").replace(" and ", " & ").replace(" or ", " | ")
    found = eval(words, {}, {k: Value(KLEENE[v]) for k, v in zip("abc", row, strict=True)})
    return {1.0: True, 0.0: False, 0.5: None}[float(found)]


@settings(max_examples=25, deadline=None)
@given(TREES)
def test_unknown_follows_kleene(source: str) -> None:
    got = TABLE.select("n", x=parse(source).compile({k: TABLE[k] for k in "abc"})).order_by("n")
    expected = [kleene(source, row) for row in ROWS]
    assert got.to_pyarrow()["x"].to_pylist() == expected
