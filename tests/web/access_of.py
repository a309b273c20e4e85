"""Faults of access on a page, by axe: what a person with a screen reader or keyboard would meet."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web/tools/node_modules/axe-core/axe.min.js"


def needs_axe() -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: tests/system-packages does, where npm is there")


def access_faults(page: Page) -> list[str]:
    """Run in a world of its own: the page's policy lets no other script in."""
    keys = page.context.new_cdp_session(page)
    frame = keys.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = keys.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
    context = world["executionContextId"]
    keys.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8"), "contextId": context})
    script = """axe.run(document).then((found) => found.violations
        .filter((one) => ['serious', 'critical'].includes(one.impact))
        .map((one) => one.id + ': ' + one.nodes.slice(0, 3).map((n) => n.html).join(' | ')))"""
    answer = keys.send(
        "Runtime.evaluate",
        {"expression": script, "contextId": context, "awaitPromise": True, "returnByValue": True},
    )
    found: list[str] = answer["result"]["value"]
    return found
