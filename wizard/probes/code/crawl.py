"""Fetches what a browser would get from the site: pages, scripts, lazy chunks, workers, source maps. Look-only, bounded, same site only."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urldefrag, urljoin, urlsplit

from publicsuffixlist import PublicSuffixList

from wizard.model import Consent
from wizard.net import Call, Fault, Net, Reply
from wizard.probes.code import calls as services
from wizard.probes.code import links, prefixes
from wizard.probes.code.secrets import Fingerprint, Found, Place, control, scan_bytes

MOST_FILES = 400
MOST_SIZE = 8 << 20
MOST_TOTAL = 80 << 20
MOST_SECONDS = 60.0
MOST_PAGES = 12
MOST_HOPS = 5
AT_ONCE = 4
ENTRIES = ("/", "/login", "/chat", "/app")
_LISTS = ("/asset-manifest.json", "/ngsw.json", "/manifest.json")
_GUESSED = ("/sw.js", "/service-worker.js")
_CHALLENGE = re.compile(
    rb"/cdn-cgi/challenge-platform|<title>Just a moment|_Incapsula_Resource|captcha-delivery\.com|awswaf|Checking your browser"
)
_CODE = re.compile(rb"function|=>|import|export|var |const |let |self\.|window\.")


@dataclass(slots=True)
class File:
    """One URL. `kind`: page, script, list, map. `sure`: the site itself names it; a guess that is not there counts for nothing."""

    url: str
    kind: str
    sure: bool
    state: str = "new"  # new, fetched, missing, failed, foreign, partial
    size: int = 0


@dataclass(slots=True)
class Crawl:
    """One crawl. After `run`, `files` says what was known and what was got; everything found is redacted already."""

    site: str
    domains: tuple[str, ...]
    net: Net
    private: Fingerprint
    told: Callable[[str], None]
    files: dict[str, File] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    calls: list[services.Call] = field(default_factory=list)
    inner: list[services.Inner] = field(default_factory=list)
    named: list[prefixes.Named] = field(default_factory=list)
    foreign: dict[str, None] = field(default_factory=dict)
    redirects: dict[str, None] = field(default_factory=dict)
    unlisted: int = 0
    total: int = 0
    inline_maps: int = 0
    capped: str = ""
    challenged: bool = False
    fault: str = ""
    control: bool = False
    scripts_read: int = 0

    async def run(self) -> None:
        """Fetch the first page, then all that follows from it."""
        began = time.monotonic()
        first = await self._fetch(self._add(urljoin(self.site, "/"), "page", True))
        if first is None:
            return
        for path in ENTRIES[1:]:
            self._add(urljoin(self.site, path), "page", False)
        for path in _LISTS:
            self._add(urljoin(self.site, path), "list", False)
        for path in _GUESSED:
            self._add(urljoin(self.site, path), "script", False)
        while waiting := [f for f in self.files.values() if f.state == "new"]:
            if self._over(began):
                return
            order = {"list": 0, "script": 1, "map": 2, "page": 3}
            waiting.sort(key=lambda f: (not f.sure, order[f.kind]))
            await asyncio.gather(*(self._fetch(file) for file in waiting[:AT_ONCE]))
            self._tell()

    def _over(self, began: float) -> bool:
        done = sum(1 for f in self.files.values() if f.state in ("fetched", "partial"))
        if time.monotonic() - began > MOST_SECONDS:
            self.capped = "seconds"
        elif done >= MOST_FILES:
            self.capped = "files"
        elif self.total >= MOST_TOTAL:
            self.capped = "bytes"
        return bool(self.capped)

    def _tell(self) -> None:
        sure = [f for f in self.files.values() if f.sure and f.state != "foreign"]
        got = sum(1 for f in sure if f.state == "fetched")
        self.told(f"{got} of {len(sure)} files, {self.total / 1e6:.1f} MB, {len(self.found)} found")

    def _add(self, url: str, kind: str, sure: bool) -> File:
        url = urldefrag(url)[0]
        file = self.files.get(url)
        if file is not None:
            file.sure = file.sure or sure
            return file
        file = File(url, kind, sure)
        if not same_site(url, self.site, self.domains):
            file.state = "foreign"
            if kind == "script" and sure:
                self.foreign[urlsplit(url).netloc] = None
            return file
        if len(self.files) < 4 * MOST_FILES:
            self.files[url] = file
        return file

    async def _fetch(self, file: File) -> bytes | None:
        """Get one file and look at it; redirects within the site are followed, others noted."""
        if file.state != "new":
            return None
        file.state = "failed"
        reply = await self._get(file)
        if reply is None:
            return None
        if reply.fault is not Fault.NONE:
            self.fault = self.fault or f"{reply.fault}"
            return None
        if reply.status != 200:
            file.state = "missing" if reply.status in (404, 410) or not file.sure else "failed"
            self.challenged = self.challenged or _challenge(reply)
            return None
        if _challenge(reply):
            self.challenged = True
            return None
        if file.kind != "page" and _is_page(reply):  # the app's own page for a name that is not there
            file.state = "missing"
            return None
        self.total += len(reply.head)
        file.size, file.state = len(reply.head), "partial" if reply.cut else "fetched"
        leads = await asyncio.to_thread(self._look, file, reply)
        self._follow(leads, file)
        return reply.head

    async def _get(self, file: File) -> Reply | None:
        url = file.url
        for _ in range(MOST_HOPS):
            call = Call("GET", url, consent=Consent.LOOK, cap=MOST_SIZE, why="frontend-secrets.bundle")
            reply = await self.net.send(call)
            if reply.status not in (301, 302, 303, 307, 308) or reply.fault is not Fault.NONE:
                return reply
            onward = urljoin(url, reply.header("location"))
            if not same_site(onward, self.site, self.domains):
                self.redirects[urlsplit(onward).netloc] = None
                file.state = "foreign" if not file.sure or file.kind == "page" else "failed"
                return None
            url = onward
        return None

    def _look(self, file: File, reply: Reply) -> links.Leads:
        """Scan one body and work out where it leads. Runs in a thread."""
        name, body = _shown(file.url), reply.head
        if file.kind == "map":
            self._map(name, body)
            return links.Leads()
        matches = scan_bytes(body, name, Place.SERVED, self.private, code=True).matches
        self.found += [Found(match, Place.SERVED) for match in matches]
        service, inner = services.look(name, body, matches)
        self.calls += service
        self.inner += inner
        self.named += prefixes.look(name, body)
        leads = links.of_page(file.url, body) if file.kind == "page" else links.of_list(file.url, body)
        if file.kind == "script":
            leads = links.of_script(file.url, body)
            told = reply.header("sourcemap") or reply.header("x-sourcemap")
            leads.maps += [urljoin(file.url, told)] if told else []
        code = [text for text in ([body] if file.kind == "script" else leads.embedded) if _CODE.search(text)]
        if code:
            self.scripts_read += len(code)
            self.control = self.control or control(code[0][: 1 << 20], name, self.private)
        for inline in leads.inline:
            self.inline_maps += 1
            self._map(name + "!map", inline)
        return leads

    def _map(self, name: str, body: bytes) -> None:
        """Every source inside a source map, under its own name; a map that is no JSON as it stands."""
        for source, content in sources(body) or [("", body)]:
            shown = f"{name}!{source}" if source else name
            matches = scan_bytes(content, shown, Place.SERVED, self.private, code=True).matches
            self.found += [Found(match, Place.SERVED) for match in matches]
            service, _ = services.look(shown, content, matches)
            self.calls += [call for call in service if call.how in ("key", "built")]
            self.named += prefixes.look(shown, content)

    def _follow(self, leads: links.Leads, file: File) -> None:
        self.unlisted += leads.unlisted
        for url in leads.scripts:
            self._add(url, "script", True)
        for url in leads.lists:
            self._add(url, "list", False)
        for url in leads.maps:
            self._add(url, "map", True)
        for url in leads.guesses:
            self._add(url, "script", False)
        if file.kind == "script" and not leads.maps and not leads.inline:
            self._add(file.url.split("?")[0] + ".map", "map", False)
        pages = sum(1 for f in self.files.values() if f.kind == "page")
        if file.kind == "page" and urlsplit(file.url).path in ("", "/"):
            for url in leads.pages:
                if pages < MOST_PAGES and urldefrag(url)[0] not in self.files and _may_be_page(url):
                    pages += self._add(url, "page", False).state == "new"


def sources(body: bytes) -> list[tuple[str, bytes]]:
    """(name, text) of every source in a source map (ECMA-426), sections too; empty when it is none."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return []
    found: list[tuple[str, bytes]] = []
    waiting = [told]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, dict):
            continue
        sections = one.get("sections")
        waiting += [s.get("map") for s in sections if isinstance(s, dict)] if isinstance(sections, list) else []
        names, texts = one.get("sources"), one.get("sourcesContent")
        if isinstance(texts, list):
            names = names if isinstance(names, list) else []
            for at, text in enumerate(texts):
                if isinstance(text, str):
                    found.append(
                        (str(names[at])[-200:] if at < len(names) else str(at), text.encode("utf-8", "replace"))
                    )
    return found


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def same_site(url: str, site: str, domains: tuple[str, ...]) -> bool:
    """The site's own host or registrable domain, or one of the listed domains. An address or localhost only with the same port."""
    one, home = urlsplit(url), urlsplit(site)
    host, own = (one.hostname or "").lower(), (home.hostname or "").lower()
    if one.scheme not in ("http", "https") or not host:
        return False
    if host in domains or one.netloc in domains:
        return True
    if _is_address(own) or "." not in own:
        return one.netloc.lower() == home.netloc.lower()
    base = _suffixes().privatesuffix(own)
    return host == own or (bool(base) and (host == base or host.endswith(f".{base}")))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _challenge(reply: Reply) -> bool:
    mitigated = reply.header("cf-mitigated").lower() == "challenge"
    return mitigated or (reply.status in (403, 429, 503) and bool(_CHALLENGE.search(reply.head[:65536])))


def _is_page(reply: Reply) -> bool:
    return reply.media == "text/html" or bool(
        re.match(rb"\s{0,200}<(?:!doctype html|html)\b", reply.head, re.IGNORECASE)
    )


def _may_be_page(url: str) -> bool:
    last = urlsplit(url).path.rsplit("/", 1)[-1]
    return "." not in last or last.endswith((".html", ".htm"))


def _shown(url: str) -> str:
    """Without the query: it may hold a token."""
    return url.split("?", maxsplit=1)[0]
