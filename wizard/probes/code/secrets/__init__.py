"""Finds keys in bytes: the door of the secrets engine.

    result = scan_bytes(data, "app.log", Place.LOG, net.fingerprint)         # a whole text in memory
    result = scan_stream(pieces, "app.log", Place.LOG, net.fingerprint)      # pieces of any size, constant memory
    scanner = Scanner("app.log", Place.LOG, net.fingerprint); scanner.feed(piece); scanner.end()

Give pieces of 256 KiB or more: one call for each line is slow. `name` steers two things: program text (``.js``, ``.py`` …) counts quoted
values only, and keys in test and sample files are demoted. `place` switches the latter off where everything is live (served, build, logs).

Every `Match` is redacted already: show `label`, `excerpt` and `where` freely. `match.counts` is "likely or better and not made up". In a log
also ``made_up in ("expired", "short-lived")`` is a login in full. `match.grade` is what it opens; PUBLIC is meant to be seen.
Blocking: call it through `asyncio.to_thread`. The first call compiles the engine (about 0.2 s).
"""

from __future__ import annotations

from wizard.probes.code.secrets.control import control
from wizard.probes.code.secrets.kinds import Kind, kinds
from wizard.probes.code.secrets.prefilter import any_of, choose
from wizard.probes.code.secrets.redact import Fingerprint, escape
from wizard.probes.code.secrets.scanner import Scanner, glance, scan_stream, touched
from wizard.probes.code.secrets.types import Confidence, Found, Grade, Match, Place, Result

__all__ = [
    "Confidence",
    "Fingerprint",
    "Found",
    "Grade",
    "Kind",
    "Match",
    "Place",
    "Result",
    "Scanner",
    "any_of",
    "control",
    "engine_name",
    "escape",
    "glance",
    "kinds",
    "scan_bytes",
    "scan_stream",
    "touched",
]


def scan_bytes(data: bytes, name: str, place: Place, private: Fingerprint, *, code: bool | None = None) -> Result:
    """Scan a whole text. `private` is ``net.fingerprint`` (or any keyed hash of text to 12 hex digits). `code`: see `Scanner`."""
    hits = glance(data)
    if hits == []:  # most texts have no anchor, and need nothing made for them
        return Result(read=len(data), blocks=1, engine=choose().name)
    return Scanner(name, place, private, code=code).whole(data, hits)


def engine_name() -> str:
    """Which engine runs on this computer: hyperscan, re2, or plain (slow)."""
    return choose().name
