"""Names that a build tool copies into the browser's code although they speak of a secret: ``NEXT_PUBLIC_OPENAI_KEY``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.probes.code.secrets import escape
from wizard.probes.code.secrets.prefilter import any_of
from wizard.probes.code.secrets.values import placeholder, reference

MOST = 50
MARKS = (b"PUBLIC_", b"VITE_", b"REACT_APP_", b"GATSBY_")
"""A text without any of these has no such name."""
_NAME = re.compile(
    rb"\b(?:NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|PUBLIC|VITE|REACT_APP|GATSBY)_"
    rb"(?=[A-Z0-9_]{0,60}(?:SECRET|SERVICE|PRIVATE|ADMIN|PASSWORD|OPENAI|ANTHROPIC))[A-Z0-9_]{3,80}"
)
_HARMLESS = re.compile(
    rb"(?:_URL|_URI|_ID|_EMAIL|_HOST|_NAME|_PATH|_ENABLED|_MODEL|_ORIGIN|_DOMAIN|_REGION|_PORT|_BASE|_VERSION|_PHONE|_LABEL|_TEMPLATE|_PUBLISHABLE_KEY|_WORKER)$"
)
_VALUE = re.compile(rb"""\\?["']?[ \t]{0,4}\]?[ \t]{0,4}[:=][ \t]{0,4}\\?["'`]?([^\s"'`,;\\<>()]{8,400})""")


@dataclass(frozen=True, slots=True)
class Named:
    """Such a name at one place. `valued`: a value of its own stands beside it (the value itself is never kept)."""

    file: str
    line: int
    name: str
    valued: bool


def look(file: str, data: bytes) -> list[Named]:
    """Such names in a text, each once, the one with a value first; 50 at most."""
    if not any_of(MARKS)(data):
        return []
    found: dict[bytes, Named] = {}
    for match in _NAME.finditer(data):
        name = match[0]
        if _HARMLESS.search(name) or (name in found and found[name].valued) or len(found) >= MOST:
            continue
        value = _VALUE.match(data, match.end(), match.end() + 440)
        valued = bool(value) and not reference(value[1]) and not placeholder(value[1]) if value else False
        if name not in found or valued:
            line = data.count(b"\n", 0, match.start()) + 1
            found[name] = Named(escape(file), line, name.decode("ascii"), valued)
    return list(found.values())
