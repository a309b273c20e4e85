"""How the event loop waits: for a thread of the server, or for the ledger to have kept a deed."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

from suyuan.casework.office import Deed, Office
from suyuan.store.ledger.event import Event

Result = TypeVar("Result")
#: As many as work at once; what comes beyond them waits. Each has a connection to a PostgreSQL.
_THREADS: Final = 40
_POOL: Final = ThreadPoolExecutor(_THREADS, thread_name_prefix="office")


async def in_thread(work: Callable[..., Result], *arguments: Any) -> Result:
    """What `work` gives, done in a thread: it reads the ledger or waits for somebody."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, partial(work, *arguments))


async def come(future: "Future[Result]") -> Result:
    """The result of a future of another thread; whoever stops waiting does not take it away."""
    loop = asyncio.get_running_loop()
    end: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not end.done():
            end.set_result(None)

    future.add_done_callback(lambda _: loop.call_soon_threadsafe(wake))
    await end
    return future.result()


async def event_of(office: Office, deed: Deed) -> Event:
    """The event of a deed once it is on the disk: no thread of the server waits for it."""
    return await come(office.ledger.submit(deed.work, deed.locks))
