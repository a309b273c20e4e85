"""The clock of a case's books is found from payments to the microsecond, on every engine."""

from datetime import datetime

import pyarrow as pa

from suyuan.detect.money_flows.accounts import _offset
from suyuan.store.engine import Engine

SHANGHAI = 8 * 3600 * 1_000_000


def moved(*written: str) -> pa.Table:
    at = pa.array([datetime.fromisoformat(each) for each in written], pa.timestamp("us"))
    return pa.table({"at": at})


def test_fractions_of_a_second_are_no_obstacle(engine: Engine) -> None:
    times = moved("2019-05-01T09:30:15.123456", "2019-05-02T23:59:59.999999")
    assert _offset(engine, engine.arrow(times), "Asia/Shanghai") == SHANGHAI
    days = moved("2019-05-01T00:00:00", "2019-05-02T00:00:00")
    assert _offset(engine, engine.arrow(days), "Asia/Shanghai") is None
