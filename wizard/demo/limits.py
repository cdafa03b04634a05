"""Rate limits of the sample API: so many requests in so many seconds, then a pause that does not grow."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Limit:
    """At most `most` requests in `seconds` for one key; the next one starts a pause of `pause` seconds, after which counting starts anew."""

    most: int
    seconds: float
    pause: float = 6.0
    seen: dict[str, deque[float]] = field(default_factory=dict)
    until: dict[str, float] = field(default_factory=dict)

    def wait(self, key: str) -> int:
        """Count one request; whole seconds to wait (for ``retry-after``, RFC 9110 section 10.2.3), 0 when it may pass."""
        now = time.monotonic()
        if key in self.until:
            left = self.until[key] - now
            if left > 0:
                return max(1, math.ceil(left))
            del self.until[key]
            self.seen.pop(key, None)
        times = self.seen.setdefault(key, deque())
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= self.most:
            self.until[key] = now + self.pause
            return max(1, math.ceil(self.pause))
        times.append(now)
        return 0


def limits() -> dict[str, Limit]:
    """The limits by the name of what they guard. Chat is counted by user, all else by address."""
    return {
        "chat": Limit(50, 7.0),
        "login": Limit(8, 10.0),
        "reset": Limit(8, 10.0),
        "upload": Limit(8, 10.0),
        "webhook": Limit(20, 10.0),
    }
