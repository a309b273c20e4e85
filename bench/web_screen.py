"""The workbench's budgets in a real browser: paint, pan, jump and brush, beside what is aimed at.

The page is served by this process from a copy of ``examples/zheng``; the million events and the
fifty thousand marks are drawn at random and stand in the place of the case's own. Where Playwright
or Chromium is missing it says so and measures nothing.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import uvicorn

from suyuan.face.api import investigate
from suyuan.face.bind_address import listening_socket
from suyuan.face.web.app import build
from suyuan.face.web.site import Site, one_case
from suyuan.face.web.timeline import EventColumns
from suyuan.face.web.wide import wide_picture

EXAMPLE = Path(__file__).parents[1] / "examples" / "zheng"
BINARIES = ("/usr/lib/chromium/chromium", "/usr/bin/chromium", "/usr/bin/google-chrome")
TIMES = 5
#: Frames while something moves for a second and a half: how many a second, and the 95th longest.
FRAMES = """async () => {
  const took = []; let last = performance.now(); const end = last + 1500;
  while (last < end) {
    document.querySelector('svg.chain, canvas.canvas').dispatchEvent(
      new WheelEvent('wheel', {deltaY: took.length % 20 < 10 ? 30 : -30, clientX: 600,
        clientY: 400, bubbles: true, cancelable: true}));
    await new Promise(requestAnimationFrame);
    const now = performance.now(); took.push(now - last); last = now;
  }
  took.sort((a, b) => a - b);
  return [took.length / 1.5, took[Math.floor(took.length * 0.95)]];
}"""
#: From a change until what it shows is painted, in milliseconds.
NEXT_FRAME = """() => new Promise((done) =>
  requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"""
JUMP = """async (row) => {
  const field = document.querySelector('.time input[type=number]');
  const bar = document.querySelector('.grid .toolbar span'), began = performance.now();
  const painted = new Promise((done) => { const watch = new MutationObserver(() => {
    watch.disconnect(); requestAnimationFrame(() => setTimeout(() => done(performance.now()))); });
    watch.observe(bar, {childList: true, characterData: true, subtree: true});
    setTimeout(() => done(performance.now()), 5000); });
  field.value = String(row); field.dispatchEvent(new Event('change', {bubbles: true}));
  return (await painted) - began;
}"""
#: Nothing where the brush meets the days that are chosen already: nothing is painted then.
BRUSH = """async ([from, to]) => {
  const svg = document.querySelector('.lanes svg'), area = svg.getBoundingClientRect();
  const at = (share) => ({clientX: area.left + area.width * share, clientY: area.top + 30,
    bubbles: true, button: 0});
  svg.dispatchEvent(new PointerEvent('pointerdown', at(from)));
  dispatchEvent(new PointerEvent('pointermove', at(to)));
  const bar = document.querySelector('.grid .toolbar span'), began = performance.now();
  const painted = new Promise((done) => { const watch = new MutationObserver(() => {
    watch.disconnect(); requestAnimationFrame(() => setTimeout(() => done(performance.now()))); });
    watch.observe(bar, {childList: true, characterData: true, subtree: true});
    setTimeout(() => done(performance.now()), 5000); });
  const before = location.search;
  dispatchEvent(new PointerEvent('pointerup', at(to)));
  if (location.search === before) return null;
  return (await painted) - began;
}"""


def line(
    name: str, measured: float, budget: float, unit: str = "ms", *, least: bool = False
) -> None:
    good = measured >= budget if least else measured <= budget
    bound = "at least" if least else "at most"
    mark = "ok  " if good else "OVER"
    print(f"{mark} {name:44} {measured:9.1f} {unit:4} {bound} {budget:,.0f} {unit}")


@contextmanager
def served(site: Site) -> Iterator[str]:
    """The site on a free port of this machine."""
    listening = listening_socket("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(build(site), log_level="error", access_log=False))
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def prepared(folder: Path) -> tuple[Path, Path]:
    """A copy of the example and its results; those of the example where they are there."""
    case, out = folder / "zheng", folder / "out"
    shutil.copytree(EXAMPLE, case, ignore=shutil.ignore_patterns("suyuan"))
    if (EXAMPLE / "suyuan" / "findings.parquet").exists():
        shutil.copytree(EXAMPLE / "suyuan", out)
        shutil.rmtree(out / "workbench", ignore_errors=True)
    else:
        investigate(case, out=out)
    return case, out


def many_marks() -> Any:
    """25,000 people of three roles and 25,000 links at random."""
    draw = np.random.default_rng(9)
    names = [f"bank_account:{index:016d}" for index in range(25_000)]
    people = {
        "mule_account": [(one, float(draw.integers(1, 1_000_000))) for one in names[:20_000]],
        "middleman": [(one, 1.0) for one in names[20_000:24_000]],
        "card_merchant": [(one, 1.0) for one in names[24_000:]],
    }
    ends = draw.integers(0, len(names), (25_000, 2))
    links = [(names[a], names[b], "money", 0.5) for a, b in ends]
    return wide_picture(people, links)


def measure(million: Callable[[], EventColumns], peak: Callable[[Path, Path, Path], float]) -> None:
    """Print every budget that a browser can tell."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  # may be missing
    except ImportError:
        print("no Playwright: what a browser shows is not measured")
        return
    binary = next((one for one in BINARIES if Path(one).exists()), None)
    if binary is None:
        print("no Chromium: what a browser shows is not measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        case, out = prepared(Path(folder))
        site = one_case(case, out)
        with served(site) as base, sync_playwright() as driver:
            arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
            browser = driver.chromium.launch(executable_path=binary, args=arguments)
            page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
            page.set_default_timeout(120_000)
            page.goto(f"{base}/c/zheng#{site.sessions.one_time_link()}")
            page.wait_for_selector(".ring-card")
            _small(page, base)
            _large(page, base, site, million)
            browser.close()
        site.close()
        most = peak(case, out, Path(folder))
        line("memory of a process that serves a million", most, 450, "MB")


def _until(page: Any, address: str, selector: str) -> float:
    """Milliseconds from the address to the first paint that shows `selector`."""
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(selector)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return (time.perf_counter() - began) * 1000


def _small(page: Any, base: str) -> None:
    home = [_until(page, f"{base}/c/zheng", ".ring-card") for _ in range(TIMES)]
    line("home: first meaningful paint, median of 5", median(home), 800)
    chain = [_until(page, f"{base}/c/zheng/chain", ".box.person") for _ in range(TIMES)]
    line("chain: address to first frame", median(chain), 800)
    frames, worst = page.evaluate(FRAMES)
    line("chain: frames a second while zooming", frames, 45, "fps", least=True)
    line("chain: 95th longest frame", worst, 40)
    page.goto(f"{base}/c/zheng/leads?role=card_merchant")
    page.locator(".lead-row").first.click()
    page.locator(".rows .row").first.wait_for()
    rows = page.locator(".rows .row")
    opened = [_original(page, rows.nth(place)) for place in range(min(TIMES, rows.count()))]
    line("lead: click to the original line, the first", opened[0], 150)
    line("lead: click to the original line, median of 5", median(opened), 150)
    page.evaluate("() => window.gc && gc()")
    heap = page.evaluate("() => performance.memory.usedJSHeapSize / 1e6")
    line("heap after these screens", heap, 80, "MB")


def _original(page: Any, row: Any) -> float:
    """Milliseconds from the click until the line of the file is painted."""
    began = time.perf_counter()
    row.click()
    page.locator(".lines .wanted").wait_for()
    took = (time.perf_counter() - began) * 1000
    row.click()
    page.locator(".lines").wait_for(state="detached")
    return took


def _jump(page: Any, row: int) -> float:
    page.wait_for_selector(".time input[type=number]")
    took: float = page.evaluate(JUMP, row)
    return took


def _large(page: Any, base: str, site: Site, million: Callable[[], EventColumns]) -> None:
    desk = site.desks["zheng"]
    began = time.perf_counter()
    known = desk.cache("timeline", million)
    desk.references.meet(known.subjects)
    line("a million events in memory", (time.perf_counter() - began) * 1000, 2000)
    opened = _until(page, f"{base}/c/zheng/time", ".grid table tbody tr")
    line("time: a million events to first rows", opened, 2000)
    draw = np.random.default_rng(3)
    jumps = [_jump(page, int(one)) for one in draw.integers(1000, 990_000, 20)]
    line("table: jump to a row, p50", float(np.percentile(jumps, 50)), 80)
    line("table: jump to a row, p95", float(np.percentile(jumps, 95)), 200)
    starts = draw.uniform(0.15, 0.7, 24)
    answers = [page.evaluate(BRUSH, [float(one), float(one) + 0.12]) for one in starts]
    brushes = [took for took in answers if took is not None]
    line("brush: painted in all panes, p50", float(np.percentile(brushes, 50)), 70)
    line("brush: painted in all panes, p95", float(np.percentile(brushes, 95)), 150)
    with desk.source() as source:
        ring = source.table("rings")["ring_id"].to_pylist()[0]
    desk.cache(("wide", ring), many_marks)
    page.goto(f"{base}/c/zheng/chain?view=wide&ring={ring}")
    page.wait_for_selector("canvas.canvas")
    script = "() => performance.getEntriesByType('resource').at(-1).responseEnd"
    answered = page.evaluate(script)
    painted = page.evaluate(NEXT_FRAME)
    line("wide: 50,000 marks, answer to first frame", max(painted - answered, 0), 800)
    frames, _ = page.evaluate(FRAMES)
    line("wide: frames a second while moving", frames, 50, "fps", least=True)
