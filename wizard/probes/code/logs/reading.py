"""How a reading of logs goes: what was read, what was not and why, what the secrets engine found."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Event

from wizard.model import FileRef
from wizard.probes.code.secrets import Match

MOST_BYTES = 2 << 30
MOST_SECONDS = 60.0


@dataclass(slots=True)
class Reading:
    """What was read so far. `unread` counts bytes that were there and not looked at; `capped` why reading ended early.

    `unopened`: (file, why) of what is packed and was not read to its end: bomb, members, broken, encrypted, nested, other.
    """

    files: list[FileRef] = field(default_factory=list)
    read: int = 0
    unread: int = 0
    lines: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    capped: str = ""
    matches: list[Match] = field(default_factory=list)
    unopened: list[tuple[str, str]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    seconds: float = MOST_SECONDS
    size: int = MOST_BYTES

    def skip(self, why: str, size: int = 0) -> None:
        """Count a file that is not read."""
        self.skipped[why] = self.skipped.get(why, 0) + 1
        self.unread += size

    def shut(self, name: str, why: str, size: int = 0) -> None:
        """Count a packed file of which a part stays unread."""
        self.skip(f"packed-{why}", size)
        self.unopened.append((name, why))

    def over(self, stop: Event | None) -> bool:
        """Whether a limit is reached or the person asked to stop."""
        if stop is not None and stop.is_set():
            self.capped = "stopped"
        elif self.read >= self.size:
            self.capped = "bytes"
        elif time.monotonic() - self.began > self.seconds:
            self.capped = "seconds"
        return bool(self.capped)
