"""Original messages: read from disk first, then their keys, walks and SPF asked for at once and their signatures checked."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from wizard.model import FileRef
from wizard.probes.edge.email.domain import walked
from wizard.probes.edge.email.evaluate import check_host
from wizard.probes.edge.email.facts import Message, clip
from wizard.probes.edge.email.message import (
    MAX_BYTES,
    Mail,
    Trusted,
    date_of,
    domain_of,
    from_domains,
    read_mail,
    text,
    trusted,
)
from wizard.probes.edge.email.signatures import Wanted, check, wanted
from wizard.probes.edge.email.tree import Asker, grow

DAY = 86_400.0
MAX_HELD = 100_000_000
"""Bytes of originals held at once; what comes after them is not read."""


@dataclass(frozen=True, slots=True)
class Original:
    """A message read from disk, before any DNS question."""

    file: FileRef
    problem: str
    mail: Mail | None = None
    sender: str = ""
    age: float = -1.0
    wanted: tuple[Wanted, ...] = ()
    unread: int = 0


def read_all(paths: tuple[Path, ...], now: float) -> tuple[Original, ...]:
    """Each file as a message, or the reason why it is none. `now`: epoch seconds, for a message's age. Blocks; run it in a thread."""
    found: list[Original] = []
    held = 0
    for path in paths:
        original = _read(path, now) if held < MAX_HELD else Original(FileRef(clip(path.name, 120), ""), "too-big")
        held += len(original.mail.raw) if original.mail else 0
        found.append(original)
    return tuple(found)


def _read(path: Path, now: float) -> Original:
    try:
        if not path.is_file():
            return Original(FileRef(clip(path.name, 120), ""), "missing")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError:
        return Original(FileRef(clip(path.name, 120), ""), "missing")
    ref = FileRef(clip(path.name, 120), hashlib.sha256(raw).hexdigest())
    mail = read_mail(raw)
    if isinstance(mail, str):
        return Original(ref, mail)
    senders = from_domains(mail)
    if len(senders) != 1 or len(mail.all(b"from")) != 1:
        return Original(ref, "many-from" if len(mail.all(b"from")) > 1 or len(senders) > 1 else "no-from")
    at = date_of(mail)
    age = round((now - at) / DAY, 3) if at >= 0 else -1.0
    signatures, unread = wanted(mail, senders[0])
    return Original(ref, "", mail, senders[0], age if age > -1 else -1.0, signatures, unread)


async def look_at_message(ask: Asker, original: Original) -> Message:
    """What DNS and mathematics say of one original; only the mailbox's own headers are believed."""
    mail = original.mail
    if mail is None:
        return Message(original.file, original.problem)
    believed = trusted(mail)
    path = domain_of(_return_path(mail, believed))
    others = [s.domain for s in original.wanted if s.domain]
    names = tuple(dict.fromkeys([original.sender, *([path] if path else []), *others]))
    signatures, walks, spf = await asyncio.gather(
        check(ask, mail, original.wanted),
        asyncio.gather(*(walked(ask, name) for name in names)),
        _spf(ask, mail, believed, path),
    )
    results = believed.results.results if believed.results else ()
    return Message(
        file=original.file,
        sender=original.sender,
        return_path=path,
        age=original.age,
        received=len(mail.all(b"received")),
        receiver=clip(believed.receiver, 253),
        signatures=signatures,
        unread=original.unread,
        results=tuple((r.method, r.value) for r in results[:20]),
        walks=tuple(walks),
        client=believed.client,
        spf=spf,
        lists=tuple(name for name in ("list-unsubscribe", "list-unsubscribe-post") if mail.all(name.encode())),
    )


def _return_path(mail: Mail, believed: Trusted) -> str:
    """The envelope sender: what the mailbox wrote on top, else what its results name."""
    values = mail.all(b"return-path")
    if values:
        found = re.search(r"<([^<>]*)>", text(values[0][:1_000]))
        return found[1] if found else text(values[0][:1_000])
    results = believed.results.results if believed.results else ()
    named = [value for r in results if r.method == "spf" for key, value in r.properties if key == "smtp.mailfrom"]
    return (named[0] if "@" in named[0] else f"x@{named[0]}") if named else ""


async def _spf(ask: Asker, mail: Mail, believed: Trusted, path: str) -> str:
    """SPF of the client that the trusted Received names, by today's DNS; "" where that cannot be known. The tree is asked for beforehand."""
    if not believed.client or not path:
        return ""
    await grow(ask, path)
    return (await check_host(ask, believed.client, _return_path(mail, believed), believed.helo)).result
