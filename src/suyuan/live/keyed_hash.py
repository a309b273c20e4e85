"""BLAKE2b (RFC 7693) with a key, 8 bytes of digest, for kernels that hash many short subjects.

The same digests as ``hashlib.blake2b(digest_size=8, key=…)``, which a test holds it to; called for
each of three subjects a payment, hashlib costs more than all the rest of judging it.
"""

from typing import Any, Final

import numpy as np
from numba import njit

_BLOCK: Final = 128
#: What the finalization flag is made of.
_MORE, _LAST = np.uint64(0), np.uint64(2**64 - 1)
_IV: Final = np.array(
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ],
    np.uint64,
)  # fmt: skip
#: The order of message words in each of the twelve rounds; the last two repeat the first two.
_SIGMA: Final = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    ],
    np.uint8,
)


def hash_start(secret: bytes) -> np.ndarray:
    """The chain value (eight words) after the block of the key, and the bytes hashed so far."""
    chain = np.append(_IV, np.uint64(0))
    chain[0] ^= np.uint64(0x01010000 ^ (len(secret) << 8) ^ 8)
    if secret:
        words = np.frombuffer(secret.ljust(_BLOCK, b"\0"), np.uint64).copy()
        chain[8] = _BLOCK
        _compress(chain, words, _MORE)
    return chain


@njit(cache=True, nogil=True)
def keyed_hash(
    start: np.ndarray, prefix: np.ndarray, text: np.ndarray, first: int, end: int
) -> Any:
    """The first 64 bits of the digest of `prefix` and ``text[first:end]``, never 0 (nobody).

    They are not both empty.
    """
    chain, words = start.copy(), np.zeros(16, np.uint64)
    size, fill = prefix.size + end - first, 0
    for place in range(size):
        byte = prefix[place] if place < prefix.size else text[first + place - prefix.size]
        words[fill >> 3] |= np.uint64(byte) << np.uint64(8 * (fill & 7))
        fill += 1
        if fill == _BLOCK or place == size - 1:
            chain[8] += np.uint64(fill)
            _compress(chain, words, _LAST if place == size - 1 else _MORE)
            words[:] = 0
            fill = 0
    return chain[0] if chain[0] != 0 else np.uint64(1)


@njit(cache=True, nogil=True)
def _compress(chain: np.ndarray, words: np.ndarray, last: Any) -> None:
    a0, a1, a2, a3, b0, b1, b2, b3 = (
        chain[0], chain[1], chain[2], chain[3], chain[4], chain[5], chain[6], chain[7],
    )  # fmt: skip
    c0, c1, c2, c3 = _IV[0], _IV[1], _IV[2], _IV[3]
    d0, d1, d2, d3 = _IV[4] ^ chain[8], _IV[5], _IV[6] ^ last, _IV[7]
    for turn in range(12):
        s = _SIGMA[turn]
        a0, b0, c0, d0 = _mix(a0, b0, c0, d0, words[s[0]], words[s[1]])
        a1, b1, c1, d1 = _mix(a1, b1, c1, d1, words[s[2]], words[s[3]])
        a2, b2, c2, d2 = _mix(a2, b2, c2, d2, words[s[4]], words[s[5]])
        a3, b3, c3, d3 = _mix(a3, b3, c3, d3, words[s[6]], words[s[7]])
        a0, b1, c2, d3 = _mix(a0, b1, c2, d3, words[s[8]], words[s[9]])
        a1, b2, c3, d0 = _mix(a1, b2, c3, d0, words[s[10]], words[s[11]])
        a2, b3, c0, d1 = _mix(a2, b3, c0, d1, words[s[12]], words[s[13]])
        a3, b0, c1, d2 = _mix(a3, b0, c1, d2, words[s[14]], words[s[15]])
    chain[0] ^= a0 ^ c0
    chain[1] ^= a1 ^ c1
    chain[2] ^= a2 ^ c2
    chain[3] ^= a3 ^ c3
    chain[4] ^= b0 ^ d0
    chain[5] ^= b1 ^ d1
    chain[6] ^= b2 ^ d2
    chain[7] ^= b3 ^ d3


@njit(cache=True, nogil=True, inline="always")
def _mix(a: Any, b: Any, c: Any, d: Any, x: Any, y: Any) -> Any:
    a = a + b + x
    d = _rotate(d ^ a, 32)
    c = c + d
    b = _rotate(b ^ c, 24)
    a = a + b + y
    d = _rotate(d ^ a, 16)
    c = c + d
    b = _rotate(b ^ c, 63)
    return a, b, c, d


@njit(cache=True, nogil=True, inline="always")
def _rotate(word: Any, bits: int) -> Any:
    return (word >> np.uint64(bits)) | (word << np.uint64(64 - bits))
