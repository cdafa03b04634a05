"""Files that an upload must not take: wrong kinds, double endings, far too large. Sent only with consent to push."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from wizard.intake import routes as intake
from wizard.model import Consent, Route
from wizard.net import Call, Reply
from wizard.probes.api.ask import Asker
from wizard.probes.api.bodies import leaves, parse_json
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.input_seen import Tried, with_words
from wizard.probes.api.sentinel import sentinel

LARGE = 20 * 1024 * 1024
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_ACTIVE = ("text/html", "image/svg+xml", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Uploads:
    """`control`: a small picture, which the route should take; `refused`: why no file was sent (a key of the checklist)."""

    control: Exchange | None = None
    tried: tuple[Tried, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    label: str
    name: str
    media: str
    data: bytes


async def try_uploads(asker: Asker, *, may_push: bool) -> Uploads:
    """Send a good picture, then five files that are not what they say, or too large."""
    target = asker.target
    route = intake.parse(target.upload, target.base_url) if target.upload else None
    if route is None:
        return Uploads(refused="no-upload")
    if not may_push:
        return Uploads(refused="reasons.needs-push")
    word = sentinel(target).replace(" ", "-").lower()
    _reply = await _send(asker, route, _File("picture", f"{word}.png", "image/png", _PNG))
    control = asker.exchanges[-1]
    if control.kind not in {Kind.GIVES, Kind.EMPTIES}:
        return Uploads(control)
    tried = []
    for file in _files(word):
        reply = await _send(asker, route, file)
        one = Tried("uploads", file.label, len(file.data), asker.exchanges[-1])
        if one.first.kind in {Kind.REJECTS, Kind.BREAKS, Kind.DENIES}:
            one = with_words(one, reply, file.data[:4096], asker.net)
        if one.first.kind is Kind.BREAKS:
            await _send(asker, route, file)
            one = replace(one, again=asker.exchanges[-1], held=await asker.check_control())
        elif one.first.kind is Kind.GIVES:
            one = replace(one, served=await _served(reply, asker))
        tried.append(one)
    return Uploads(control, tuple(tried))


def _files(word: str) -> Iterator[_File]:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><script>/* {word} */</script></svg>'.encode()
    page = f"<!doctype html><title>{word}</title><script>/* {word} */</script>".encode()
    yield _File("a web page", f"{word}.html", "text/html", page)
    yield _File("a web page called a picture", f"{word}.png.html", "image/png", page)
    yield _File("a drawing with a script", f"{word}.svg", "image/svg+xml", svg)
    yield _File("an archive called a PDF", f"{word}.pdf", "application/pdf", b"PK\x03\x04" + word.encode())
    yield _File("20 MB", f"{word}-large.png", "image/png", _PNG + b"\0" * LARGE)


async def _send(asker: Asker, route: Route, file: _File) -> Reply:
    edge = "lr" + secrets.token_hex(12)
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\nContent-Type: {file.media}\r\n\r\n'
    body = head.encode() + file.data + f"\r\n--{edge}--\r\n".encode()
    headers = (("content-type", f"multipart/form-data; boundary={edge}"),)
    call = Call(
        route.method, intake.join(asker.target.base_url, route.template), "a", headers, body, Consent.PUSH, timeout=30
    )
    marked = replace(call, body=None)  # twenty megabytes need no search for marker words
    reply, _face = await asker.send(call, "uploads", str(route), marks=asker.marks(marked))
    return reply


async def _served(reply: Reply, asker: Asker) -> str:
    """The media type under which the product's own host hands the file out as a page; "" when it does not, or nobody can tell where it is."""
    url = _address(reply, asker)
    if not url:
        return ""
    call = Call("GET", url, "a", consent=Consent.TOUCH, fresh=True)
    found, face = await asker.send(call, "uploads", "GET (the uploaded file)")
    as_page = found.media.lower() in _ACTIVE and "attachment" not in found.header("content-disposition").lower()
    return found.media.lower() if face.kind is not Kind.SILENT and found.status == 200 and as_page else ""


def _address(reply: Reply, asker: Asker) -> str:
    """Where the answer says that the file stands, on the host that took it; or the file route filled with the id that it gives."""
    document = parse_json(reply)
    texts = [(p, leaf) for p, leaf in leaves(document.value) if isinstance(leaf, str)] if document else []
    for pointer, text in texts:
        if re.match(r"https?://|/", text) and any(
            word in pointer.lower() for word in ("url", "path", "link", "href", "location", "src")
        ):
            url = urljoin(reply.url, text)
            return url if urlsplit(url).netloc == urlsplit(reply.url).netloc else ""
    given = next((text for pointer, text in texts if pointer.lower().endswith("id")), "")
    for route in asker.target.routes:
        last = route.template.rpartition("/{")[0].rpartition("/")[2].lower()
        if given and route.method == "GET" and len(route.params) == 1 and last in {"files", "uploads", "documents"}:
            path = route.template.replace("{" + route.params[0] + "}", json.dumps(given)[1:-1])
            return intake.join(asker.target.base_url, path)
    return ""
