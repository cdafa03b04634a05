"""The wizard in a real browser: it opens, it takes keys and a long paste, it asks no other host."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.serve.browser import CHROMIUM, tab
from wizard.serve.server import start

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this computer")


async def test_the_wizard_opens_takes_keys_and_asks_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAUNCH_READY_HOME", str(tmp_path / "home"))
    server, runner = await start()
    ours = f"127.0.0.1:{server.guard.port}"
    try:
        async with tab(tmp_path / "profile", tmp_path) as page:
            await page.do("Page.navigate", url=f"http://{ours}{server.guard.path}")
            await page.until("New: check my own product")
            await page.key("n")
            await page.until("Name of the business")
            await page.do("Input.insertText", text="Brightside Coaching")
            await page.until("Brightside Coaching")
            await page.picture(tmp_path / "page.png")
            assert (tmp_path / "page.png").stat().st_size > 10_000
            assert {urlsplit(url).netloc for url in page.asked if not url.startswith("data:")} == {ours}
            assert not page.errors
            await page.do(
                "Input.dispatchKeyEvent", type="keyDown", key="q", code="KeyQ", windowsVirtualKeyCode=81, modifiers=2
            )
            async with asyncio.timeout(15):
                await server.over.wait()
    finally:
        await runner.cleanup()
