"""Axe-core, asked about a page that is open."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from playwright.async_api import Page


def _script() -> str:
    found = find_spec("axe_playwright_python")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).with_name("axe.min.js").read_text()


_AXE: Final = _script()
_ASK: Final = """async () => {
  const { violations, passes } = await axe.run({ resultTypes: ["violations"] })
  const told = rule => rule.nodes.map(node => `${rule.id}: ${node.html}`)
  return [violations.flatMap(told), passes.length]
}"""


async def violations(page: Page) -> list[str]:
    """Return what is wrong with a page, each with the element that it is about."""
    # Words that are still fading in have too little contrast, for a moment.
    await page.emulate_media(reduced_motion="reduce")
    await page.evaluate(_AXE)
    found, passed = await page.evaluate(_ASK)
    assert passed > 10, "axe did not look at the page"
    return list(found)
