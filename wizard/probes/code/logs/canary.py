"""The words that a run leaves on purpose: made from the run's id alone, so that whoever reads the logs later can make them again."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

NAMES = ("bearer", "query", "e-mail", "phone", "message")
_TAKEN = re.compile(
    r"lrtok_(?P<bearer>[0-9a-f]{8})[0-9a-f]{24}|\blrq(?P<query>[0-9a-f]{8})\b|\bmail(?:\+|%2[bB]| )(?P<email>[0-9a-f]{8})(?:@|%40)example\.com"
    r"|\blr(?P<message>[0-9a-f]{8})violet\b",
    re.IGNORECASE,
)
_ID = re.compile(r"\blr-([0-9a-f]{8})-(bearer|query|login|chat|line)\b", re.IGNORECASE)
_LINE = re.compile(r"(?:^|\u241b\[31m)lrline([0-9a-f]{8})\b", re.IGNORECASE)
"""Our text at the start of a record, or behind a colour that reached the file as a colour."""


@dataclass(frozen=True)
class Canary:
    """The words of one run. `eight` is the run's mark (8 hex); the bearer's tail is a hash of the run's id, so it stands nowhere else."""

    run_id: str

    @cached_property
    def eight(self) -> str:
        """The run's mark."""
        given = self.run_id.lower()
        return given[:8] if re.fullmatch(r"[0-9a-f]{8,}", given) else self._hash("run")[:8]

    def _hash(self, what: str) -> str:
        return hashlib.sha256(f"launch-ready log canary {what} {self.run_id}".encode()).hexdigest()

    def request_id(self, part: str) -> str:
        """The request id of one of our marked requests: bearer, query, login, chat or line."""
        return f"lr-{self.eight}-{part}"

    @property
    def bearer(self) -> str:
        """A token that opens nothing."""
        return f"lrtok_{self.eight}{self._hash('bearer')[:24]}"

    @property
    def query(self) -> str:
        """A one-time token as careless apps carry it in an address."""
        return f"lrq{self.eight}"

    @property
    def email(self) -> str:
        """An address nobody has (RFC 2606)."""
        return f"mail+{self.eight}@example.com"

    @property
    def phone(self) -> str:
        """A number that is kept for fiction: 01 to 99 of the range +1 202-555-01xx."""
        return f"+1 202-555-01{int(self._hash('phone')[:8], 16) % 99 + 1:02d}"

    @property
    def message(self) -> str:
        """Words that stand in no dictionary."""
        return f"lr{self.eight}violet"

    @property
    def line(self) -> str:
        """What a line of its own would begin with, if a line break that we send were written as one."""
        return f"lrline{self.eight}"

    def texts(self) -> tuple[tuple[str, str], ...]:
        """(name, text) of each word."""
        return tuple(zip(NAMES, (self.bearer, self.query, self.email, self.phone, self.message), strict=True))

    @cached_property
    def forms(self) -> tuple[tuple[str, str], ...]:
        """(name, form) of every way in which a word may stand in a log: plain, encoded for addresses, as JSON, in base64; lower case but for base64."""
        return tuple((name, form) for name, text in self.texts() for form in _forms(text))

    @cached_property
    def sight(self) -> re.Pattern[str]:
        """Any of the forms, or the run's mark: one search says that there is nothing."""
        return re.compile("|".join(map(re.escape, sorted({self.eight, *(form for _, form in self.forms)}))))


def _forms(text: str) -> set[str]:
    digits = re.sub(r"[^\d+]", "", text)
    found = {text, quote(text, safe=""), quote(text), text.replace("@", "%40"), json.dumps(text)[1:-1]}
    if text.startswith("+"):
        found |= {digits, digits[1:], quote(digits, safe="")}
    encoded = set()
    for shift in range(3):
        body = base64.b64encode(b"\0" * shift + text.encode()).decode().rstrip("=")
        core = body[(0, 2, 3)[shift] : len(body) - (1 if (len(text) + shift) % 3 else 0)]
        if len(core) >= 12:
            encoded |= {core, core.replace("+", "-").replace("/", "_")}
    return {one.lower() for one in found} | encoded


@dataclass(frozen=True, slots=True)
class Spotted:
    """What one record holds of any run's canary: marks of requests (run, part), words in clear (run, name), and a forged line's run."""

    requests: tuple[tuple[str, str], ...] = ()
    clear: tuple[tuple[str, str], ...] = ()
    forged: str = ""


NOTHING = Spotted()


def spot(text: str, own: Canary) -> Spotted:
    """Look for the words of this run in every form, and of any other run in the plain form. `text` is one record."""
    small = text.lower()
    if "lr" not in small and not own.sight.search(small) and not own.sight.search(text):
        return NOTHING
    clear = {(own.eight, name) for name, form in own.forms if form in small or form in text}
    for found in _TAKEN.finditer(text):
        name = "e-mail" if found.lastgroup == "email" else str(found.lastgroup)
        clear.add((found[str(found.lastgroup)].lower(), name))
    requests = {(one[1].lower(), one[2].lower()) for one in _ID.finditer(text)}
    forged = _LINE.search(text)
    return Spotted(tuple(sorted(requests)), tuple(sorted(clear)), forged[1].lower() if forged else "")
