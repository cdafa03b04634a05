"""The one door that text goes through on its way to the screen: nobody's bytes steer the terminal, and presenter mode masks names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.text import Text

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_HOST = re.compile(r"\b(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}\b(?::\d{1,5})?", re.I)
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b(?::\d{1,5})?")
_LONG = re.compile(r"\b(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}\b")
_IDS = re.compile(r"\b[a-z]{1,4}_[A-Za-z0-9]{2,}\b")
_FILES = {
    "toml",
    "json",
    "md",
    "py",
    "html",
    "pdf",
    "csv",
    "txt",
    "eml",
    "log",
    "js",
    "ts",
    "yml",
    "yaml",
    "lock",
    "env",
}


def safe(text: str) -> str:
    """Control, escape and direction characters made visible; line breaks and tabs stay."""
    return "".join(c if c in "\n" or c.isprintable() else " " if c == "\t" else f"\\x{ord(c):02x}" for c in text)


class Door:
    """Gives every text that a widget shows. With `presenting`, names, hosts, addresses and ids become steady tags such as ``host-1``."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.presenting = False
        self._tags: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self.names = [name for name in names if name]

    def know(self, names: Iterable[str]) -> None:
        """Names of people, businesses and products to mask as well."""
        self.names = sorted({n for n in (*self.names, *names) if len(n) > 1}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text to show."""
        text = safe(text)
        if not self.presenting:
            return text
        for name in self.names:
            text = re.sub(re.escape(name), lambda m: self._tag("name", m[0]), text, flags=re.I)
        for kind, pattern in (("mail", _MAIL), ("address", _ADDRESS), ("host", _HOST), ("key", _LONG), ("id", _IDS)):
            text = pattern.sub(lambda m, kind=kind: self._masked(kind, m[0]), text)  # type: ignore[misc]
        return text

    def rich(self, text: str, style: str = "") -> Text:
        """The text to show as a styled piece; markup in it is only text."""
        return Text(self.text(text), style=style)

    def _masked(self, kind: str, found: str) -> str:
        if kind == "host" and found.rpartition(".")[2].lower() in _FILES:
            return found
        return self._tag(kind, found)

    def _tag(self, kind: str, found: str) -> str:
        key = f"{kind}:{found.lower()}"
        if key not in self._tags:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._tags[key] = f"{kind}-{self._counts[kind]}"
        return self._tags[key]
