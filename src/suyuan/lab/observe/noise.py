"""What goes wrong between an event and its record: gaps, clocks, masks, slips of the hand."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.lab.seeds import scramble
from suyuan.lab.setting import DAY, HOUR, SECOND, Setting

_DIGITS = np.frombuffer(b"0123456789", dtype=np.uint8)


def blank(rng: np.random.Generator, values: np.ndarray, rate: float) -> np.ndarray:
    """The values with some not there."""
    return np.where(rng.random(len(values)) < min(rate, 0.97), -1, values)


def skew(rng: np.random.Generator, setting: Setting, owner: np.ndarray) -> np.ndarray:
    """Microseconds by which the clock of each row's owner (small integers) is off."""
    owners = int(owner.max(initial=0)) + 1
    off = rng.normal(0, 20 * setting.knob("clock_skew"), owners) * SECOND
    late = rng.random(owners) < 0.02 * setting.knob("clock_skew")
    off = np.where(late, off + 3600 * SECOND, off)
    return off.astype(np.int64)[owner]


def seized_at(setting: Setting, owner: np.ndarray) -> np.ndarray:
    """When what an owner (a person, an exhibit) had came into the hands of the police."""
    day = 12 + scramble(owner + setting.seed * 7919) % max(setting.days + 10 - 12, 1)
    return np.where(owner >= 0, setting.start + day * DAY + 2 * HOUR, -1)


def mistype(rng: np.random.Generator, numbers: np.ndarray, rate: float) -> np.ndarray:
    """Numbers of eleven digits, one digit of some of them changed."""
    hit = (rng.random(len(numbers)) < rate) & (numbers > 0)
    place = 10 ** rng.integers(0, 8, len(numbers))
    digit = numbers // place % 10
    new_digit = (digit + rng.integers(1, 10, len(numbers))) % 10
    typos: np.ndarray = np.where(hit, numbers + (new_digit - digit) * place, numbers)
    return typos


def mask_phones(phones: pa.Array, hide: np.ndarray) -> pa.Array:
    """``13812345678`` as ``138****5678`` where hidden."""
    masked_phones = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(phones, 0, 3), pc.utf8_slice_codeunits(phones, 7, 11), "****"
    )
    return pc.if_else(pa.array(hide), masked_phones, phones)


def mask_names(names: pa.Array, hide: np.ndarray) -> pa.Array:
    """``郑小明`` as ``郑*`` where hidden."""
    masked_names = pc.binary_join_element_wise(pc.utf8_slice_codeunits(names, 0, 1), "*", "")
    return pc.if_else(pa.array(hide), masked_names, names)


def mask_addresses(addresses: pa.Array, hide: np.ndarray) -> pa.Array:
    """Only the city's part is left."""
    masked_addresses = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(addresses, 0, 6), "***", ""
    )
    return pc.if_else(pa.array(hide), masked_addresses, addresses)
