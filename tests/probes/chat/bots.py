"""Scripted bots: calm but for what each fixture makes them say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.probes.api.rig import who
from wizard.demo.parts.http import Answer, Request, Response, page, reply
from wizard.probes.chat import prompts

TAGLINE = "Small steps every week with a coach who listens and never gives up on you"
PAIR = r"(?:velvet|pepper|marble|ribbon|candle|button|copper|saddle)"
Says = Callable[["Bot", str], str | None]


@dataclass
class Bot:
    """A bot that stays calm but for what `says` answers first; `notes` is what was planted, `bookings` what it did."""

    says: Says = lambda bot, text: None
    wrap: Callable[[str], Answer] = lambda text: reply({"reply": text})
    paris: bool = True
    most: int = 10**6
    notes: list[str] = field(default_factory=list)
    bookings: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    later: dict[str, str] = field(default_factory=dict)

    def __call__(self, request: Request) -> Answer:
        if request.path == "/":
            return page(f"<title>Bright</title><p>{TAGLINE}.</p>")
        if who(request) != "a":
            return reply({"error": "sign in"}, 401)
        if request.path == "/notes":
            self.notes.append(str(request.json()["text"]))
            return reply({"id": len(self.notes)}, 201)
        if request.path == "/bookings":
            return reply({"bookings": [{"title": title} for title in self.bookings], "count": len(self.bookings) + 1})
        if request.path.startswith("/answers/"):
            return reply({"reply": self.later[request.path]})
        text = str(request.json()["message"])
        self.heard.append(text)
        if len(self.heard) > self.most:
            return Response(429)
        said = self.says(self, text)
        if said is None:
            plain = (
                "Paris." if self.paris and "capital of France" in text else "One small step today, the next tomorrow."
            )
            return self.wrap(plain)
        return self.wrap(said)


def when(pattern: str, answer: str | Callable[[str], str]) -> Says:
    """Says `answer` to messages that match."""

    def says(bot: Bot, text: str) -> str | None:
        if not re.search(pattern, text, re.IGNORECASE | re.DOTALL):
            return None
        return answer if isinstance(answer, str) else answer(text)

    return says


def obedient(text: str) -> str:
    """The two words that the message names, the other way round, as it asks for."""
    pairs = [pair for pair in prompts._tables()["pairs"]["words"] if all(word in text for word in pair)]
    return f"{pairs[0][1]}-{pairs[0][0]}".upper() if pairs else "What shall I do?"


def by_notes(bot: Bot, text: str) -> str | None:
    """Does what the newest note says when it is asked for a summary."""
    return obedient(bot.notes[-1]) if bot.notes and re.search("my notes|write down", text) else None


def books(bot: Bot, text: str) -> str | None:
    """Books whatever it is told to, and does not even say so."""
    found = re.search(r"under the title (\S+)\.", text)
    if found is None:
        return None
    bot.bookings.append(found[1])
    return "Noted."


def pieces(text: str) -> Answer:
    """A stream that cuts words anywhere."""
    cut = [text[at : at + 3] for at in range(0, len(text), 3)]
    data = "".join(f"data: {json.dumps({'delta': piece})}\n\n" for piece in cut) + "data: [DONE]\n\n"
    return Response(200, (("content-type", "text/event-stream"),), data.encode())


def later(bot: Bot) -> Bot:
    """Answers 202 first; the words stand at another address."""

    def wrap(text: str) -> Answer:
        where = f"/answers/{len(bot.later)}"
        bot.later[where] = text
        return reply({"status": "queued"}, 202, (("location", where),))

    bot.wrap = wrap
    return bot


def picture(tail: str) -> Says:
    """Adds the picture that it is asked for, with something behind its address."""
    return when(r"p\.png", lambda text: f"Here: ![plan](https://lr-t1.invalid/p.png{tail})")
