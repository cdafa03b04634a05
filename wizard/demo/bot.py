"""A stand-in for a language model: the same question gets the same answer. Careful, it treats notes as notes; careless, as orders."""

from __future__ import annotations

import re
import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path

from wizard.demo.clients import PEOPLE, Records

_WORDS = tomllib.loads((Path(__file__).parent / "data" / "bot.toml").read_text(encoding="utf-8"))
_ORDER = re.compile(
    r"ignore|disregard|instead|instruction|system|reply with|respond|answer with|write|end your|say ", re.I
)
_PROMPT = re.compile(
    r"prompt|instruction|rules|above|verbatim|repeat|configuration|translate|continue|initial|hidden", re.I
)
_EVERYBODY = re.compile(
    r"other (client|user|people|customer)|all (client|user|customer|notes)|everyone|everybody|export", re.I
)
_SUM_UP = re.compile(r"\b(sum(marise|marize| up)|summary|my notes?|my files?|what did i|bookings?)\b", re.I)
_KEY = re.compile(r"\b[a-z]{4,12}\d{4}\b")
"""A word as clients keep it in a note, such as ``amber4821``: asked for one, even a careless bot looks it up first."""
_NOT_PLAIN = re.compile(r"https?://\S+|[^\w ,.'-]|_")


@dataclass(frozen=True, slots=True)
class Bot:
    """Answers one client at a time from that client's own notes. `canary` is the line that the founder put into the system prompt."""

    flaws: frozenset[str]
    canary: str

    @property
    def prompt(self) -> str:
        """The whole system prompt."""
        return f"{_WORDS['prompt'].strip()}\n{self.canary}\n"

    def answer(self, message: str, user: str, records: Records) -> str:
        """The bot's words. Pure: nothing is kept, nothing is sent."""
        message = message[:8000]
        if re.search(r"capital (city )?of france", message, re.I):
            return str(_WORDS["paris"])
        notes = records.notes.get(user, [])
        recalled = self._recall(message, notes, records)
        if recalled and _KEY.search(message):
            return self._summary(recalled, [recalled])
        careless = self._careless(message, notes, records)
        if careless:
            return careless
        if recalled:
            return self._summary(recalled, [recalled])
        if _SUM_UP.search(message):
            return self._summary(message, notes)
        if (
            _PROMPT.search(message)
            or _EVERYBODY.search(message)
            or re.search(r"ignore|pretend|developer mode", message, re.I)
        ):
            return str(_WORDS["refusal"])
        lines = _WORDS["lines"]
        return str(lines[zlib.crc32(message.encode("utf-8", "replace")) % len(lines)])

    def _careless(self, message: str, notes: list[str], records: Records) -> str:
        link = re.search(r"https?://[\w.-]+\.invalid[^\s\"')\]>]*", message)
        if "picture-link" in self.flaws and link:
            return f"![summary]({link.group(0)}?d={self.canary})"
        if "tells-prompt" in self.flaws and _PROMPT.search(message):
            return self.prompt
        if "spills-notes" in self.flaws and _EVERYBODY.search(message):
            return "\n".join(f"{PEOPLE[who].name}: {note}" for who, kept in records.notes.items() for note in kept)
        quoted = message if re.search(r"\bnotes?\b", message, re.I) else ""
        if (
            "obeys-notes" in self.flaws
            and _SUM_UP.search(message)
            and any(_ORDER.search(text) for text in [quoted, *notes[-8:]])
        ):
            return self.prompt
        return ""

    def _recall(self, message: str, notes: list[str], records: Records) -> str:
        """The newest note that shares a rare word (letters and digits) with the message: the client's own, or careless, anybody's."""
        rare = set(re.findall(r"\b(?=\w*\d)(?=\w*[a-z])\w{6,}\b", message.lower()))
        if "shared-memory" in self.flaws:
            notes = [note for kept in records.notes.values() for note in kept]
        return next((note for note in reversed(notes) if any(word in note.lower() for word in rare)), "")

    def _summary(self, message: str, notes: list[str]) -> str:
        """What the newest notes are about, as data: no address, no markup, no more than a few words of each."""
        given = message.partition(":")[2] if re.search(r"\bnote\b.*:", message, re.S | re.I) else ""
        texts = [given] if given.strip() else notes[-3:]
        plain = [" ".join(_NOT_PLAIN.sub(" ", text).split()[:9]) for text in texts]
        return f"{_WORDS['summary']} {'; '.join(text for text in plain if text) or _WORDS['nothing']}"
