"""Proof that the founder owns what is tested: a TXT record, a file, or a meta tag with this computer's code. Read once a run, look class."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from wizard.net.types import DnsAnswer, Reply

SECONDS = 20.0
HOPS = 3
SCRIPTS_MOST = 12
PAGE_MOST = 262_144
SCRIPT_MOST = 4_194_304

Get = Callable[[str, int], Awaitable[Reply]]
Ask = Callable[[str, str], Awaitable[DnsAnswer]]


class Page(HTMLParser):
    """What the proof needs of a page: the launch-ready meta tags and the scripts it names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.codes: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect one tag."""
        given = dict(attrs)
        if tag == "meta" and (given.get("name") or "").lower() == "launch-ready":
            self.codes.append((given.get("content") or "").strip())
        if (tag == "script" and given.get("src")) or (tag == "link" and "modulepreload" in (given.get("rel") or "")):
            self.scripts.append(str(given.get("src") or given.get("href") or ""))


async def owned(domain: str, origins: tuple[str, ...], code: str, ask: Ask, get: Get) -> bool:
    """Whether the code is published for `domain`: in DNS, or at one of these consented origins of it. All three ways are tried side by side."""
    if not code:
        return False
    ways: list[Awaitable[bool]] = [_in_dns(domain, code, ask)] if domain else []
    for origin in origins[:3]:
        ways += [_in_file(origin, code, get), _in_page(origin, code, get)]
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        async with asyncio.timeout(SECONDS):
            for done in asyncio.as_completed(tasks):
                if await done:
                    return True
    except TimeoutError:
        pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return False


async def _in_dns(domain: str, code: str, ask: Ask) -> bool:
    answer = await ask(f"_launch-ready.{domain}", "TXT")
    return f"launch-ready={code}" in {record.strip() for record in answer.records}


async def _in_file(origin: str, code: str, get: Get) -> bool:
    reply = await get(f"{origin}/.well-known/launch-ready.txt", 4096)
    lines = {line.strip() for line in reply.head.decode("utf-8", "replace").splitlines()}
    return reply.status == 200 and bool({code, f"launch-ready={code}"} & lines)


async def _in_page(origin: str, code: str, get: Get) -> bool:
    reply = await first_page(origin, get)
    return reply.status == 200 and code in Page(reply.head.decode("utf-8", "replace")).codes


async def first_page(origin: str, get: Get) -> Reply:
    """The page at ``/``, redirects followed by hand a few times; the door refuses a hop to a host without consent."""
    url = f"{origin}/"
    for _ in range(HOPS):
        reply = await get(url, PAGE_MOST)
        if not (300 <= reply.status < 400 and reply.header("location")):
            break
        url = urljoin(url, reply.header("location"))
    return reply


async def names_project(site: str, signs: tuple[str, ...], get: Get) -> bool:
    """Whether the site's own first page, or a script that it loads from a consented host, names the hosted project."""
    parts = urlsplit(site)
    page = await first_page(f"{parts.scheme}://{parts.netloc}", get)
    found = re.compile("|".join(rf"(?<![\w.-]){re.escape(sign)}(?![\w-]|\.\w)" for sign in signs).encode())
    if found.search(page.head):
        return True
    text = page.head.decode("utf-8", "replace")
    scripts = [urljoin(page.url or site, source) for source in Page(text).scripts[:SCRIPTS_MOST]]
    replies = await asyncio.gather(*(get(url, SCRIPT_MOST) for url in scripts))
    return any(found.search(reply.head) for reply in replies)
