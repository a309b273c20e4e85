"""What the kernel recognizes of a line is what the decoder makes of it; its hash is BLAKE2b."""

import hashlib
import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import KEYRING, lines_of_the_story

from suyuan.live.answer_text import ACK
from suyuan.live.events import EVENT
from suyuan.live.keyed_hash import hash_start, keyed_hash
from suyuan.live.line_reading import LineReader
from suyuan.live.line_scan import EVENT_LINE, scan
from suyuan.live.messages import decode

SECRET = KEYRING.secret
FIELDS = ("id", "payer", "payee", "caller", "callee", "buyer", "merchant", "software", "phone",
          "number", "account", "entity", "note")  # fmt: skip
KINDS = ("payment", "call", "order", "loan", "report", "number_named", "account_named", "opened")
#: Fields that a line of each kind needs, the number of which is what most lines have.
NEEDS = ("id payer payee amount", "caller callee", "buyer merchant", "payee amount", "phone",
         "number", "account", "account")  # fmt: skip

texts = st.text('019aZ- é"\\/{}:,', max_size=12) | st.sampled_from(["7", "x" * 256, "x" * 257])
amounts = st.sampled_from(["1", "0012.5", "49950.00", "0", "-1", "1e2", "1.005", ".5", "5.", "1_0",
                           "9999999999999.99", "10000000000000", ""])  # fmt: skip
moments = st.builds(
    "{}-{:02}-{:02}{}{:02}:{:02}:{:02}{}{}".format,
    st.sampled_from(["1970", "2024", "2026", "2099", "2100", "0001", "19"]),
    st.integers(0, 13),
    st.integers(0, 32),
    st.sampled_from("TTTt "),
    st.integers(0, 25),
    st.integers(0, 60),
    st.integers(0, 61),
    st.sampled_from(["", "", ".5", ".123456", ".1234567", "."]),
    st.sampled_from(["Z", "z", "+08:00", "-03:30", "-00:00", "+14:59", "+24:00", "+0800", ""]),
)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    kind = draw(st.integers(0, len(KINDS) - 1))
    body: dict[str, object] = {"kind": draw(st.sampled_from([KINDS[kind]] * 9 + ["gift"]))}
    good = draw(st.booleans())
    body["at"] = "2026-02-28T23:59:59.25+08:00" if good else draw(moments)
    for field in NEEDS[kind].split():
        body[field] = draw(amounts) if field == "amount" else draw(texts) or "1"
    for field in draw(st.lists(st.sampled_from(FIELDS), max_size=1)):
        body[field] = draw(texts)
    if draw(st.booleans()):
        body["seconds"] = draw(st.sampled_from([0, 7, 2**31 - 1, 2**31, -1, 1.5, True, "7"]))
    if draw(st.booleans()) or kind == len(KINDS) - 1:
        body["shop"] = draw(st.sampled_from([True, False, None, 1]))
    order = draw(st.permutations(list(body)))
    close = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", " :\t")]))
    written = json.dumps({key: body[key] for key in order}, separators=close, ensure_ascii=False)
    cut = draw(st.integers(0, 40))
    return (written[: len(written) - cut] if cut < 3 else written).encode()


@given(st.lists(lines(), max_size=5))
@settings(max_examples=300, deadline=None)
def test_what_is_recognized_is_what_the_decoder_makes(held: list[bytes]) -> None:
    held = [line.replace(b"\n", b" ") for line in held]
    text = np.frombuffer(b"\n".join([*held, b""]) or b"\n", np.uint8)
    events, places = np.zeros(len(held), EVENT), np.zeros(len(held), np.int64)
    table = np.zeros((len(held), 5), np.int64)
    count = scan(text, hash_start(SECRET), events, places, table)
    for event, place in zip(events[:count], places[:count], strict=True):
        expected = np.array([decode(held[place]).row(KEYRING, 0, 0)], EVENT)[0]
        assert event == expected, held[place]
    assert count == (table[:, 0] == EVENT_LINE).sum()


def test_ordinary_lines_are_recognized() -> None:
    held = [line for line in lines_of_the_story() if b'"link"' not in line]
    text = np.frombuffer(b"\n".join([*held, b""]), np.uint8)
    events, places = np.zeros(len(held), EVENT), np.zeros(len(held), np.int64)
    table = np.zeros((len(held), 5), np.int64)
    assert scan(text, hash_start(SECRET), events, places, table) == len(held)


def test_lines_for_the_decoder_keep_their_place() -> None:
    held = lines_of_the_story()
    read = LineReader(KEYRING).read(b"\n".join([*held, b"", b"{", b" "]) + b"\n")
    expected = np.array([decode(line).row(KEYRING, 0, 0) for line in held], EVENT)
    assert np.array_equal(read.events, expected)
    assert read.refusals == 1
    assert (read.codes == ACK).sum() + (read.events["kind"] == 5).sum() == len(held)


@given(
    st.binary(min_size=1, max_size=64), st.binary(max_size=20), st.binary(min_size=1, max_size=300)
)
@settings(max_examples=200, deadline=None)
def test_the_hash_is_blake2b(secret: bytes, prefix: bytes, subject: bytes) -> None:
    digest = hashlib.blake2b(prefix + subject, digest_size=8, key=secret).digest()
    found = keyed_hash(
        hash_start(secret),
        np.frombuffer(prefix, np.uint8),
        np.frombuffer(subject, np.uint8),
        0,
        len(subject),
    )
    assert int(found) == int.from_bytes(digest, "little")
