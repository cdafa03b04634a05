"""A missing message that is answered fails; a record that is made without its text is for a person to judge."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.probes.api.rig import Setup, run, who
from wizard.demo.parts.http import Answer, Request, Response, reply
from wizard.net import Reply
from wizard.probe import Chat
from wizard.probes.api.input import PROBE
from wizard.probes.api.input_answers import spoken

BODY = '{"conversation_id": "c_1", "message": "{{message}}"}'


def note(body: dict[str, object]) -> Answer:
    """Makes a record; the text is optional."""
    return reply(
        {
            "id": "n_1",
            "text": str(body.get("message") or "").encode("utf-8", "replace").decode() or None,
            "status": "was created",
        },
        201,
    )


def bot(body: dict[str, object]) -> Answer:
    return reply({"reply": "Tell me more about that."})


def streams(body: dict[str, object]) -> Answer:
    lines = b'data: {"delta": "Tell me"}\n\ndata: {"delta": " more."}\n\n'
    return Response(200, (("content-type", "text/event-stream"),), lines)


def only_kept(body: dict[str, object]) -> Answer:
    """A bot that speaks to a message, and takes a request without one without a word."""
    return reply({"id": "m_1", "reply": "Tell me more." if body.get("message") else None})


def spoke_elsewhere(body: dict[str, object]) -> Answer:
    return reply(
        {"id": "m_1", "output": "Go on, please."} if body.get("message") else {"id": "m_1", "reply": "Saved it."}
    )


CASES: dict[str, tuple[Callable[[dict[str, object]], Answer], str, str]] = {
    "a bot answers, path named": (bot, "reply", "fail"),
    "a bot answers, no path named": (bot, "", "fail"),
    "a bot answers in a stream": (streams, "sse", "fail"),
    "a record, the path names its text": (note, "text", "taken"),
    "a record, no path named": (note, "", "taken"),
    "kept without a word": (only_kept, "reply", "taken"),
    "words, but not where the bot speaks": (spoke_elsewhere, "", "taken"),
}


@pytest.mark.parametrize("name", CASES)
async def test_missing_message(name: str) -> None:
    make, path, wanted = CASES[name]

    def handler(request: Request) -> Answer:
        if request.path != "/chat" or who(request) != "a":
            return reply({"error": "no"}, 401)
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            return reply({"error": "no JSON"}, 400)
        return make(body) if isinstance(body, dict) else reply({"error": "no object"}, 422)

    ran = await run(PROBE, handler, Setup(chat=Chat(request="POST /chat", body=BODY, reply=path)))
    (found,) = ran.of("missing-message")
    assert (found.say or str(found.outcome)) == wanted, found.evidence


SPOKEN = [
    ({"choices": [{"message": {"role": "assistant", "content": "Hello there."}}]}, {"/choices/0/message/content"}),
    ({"response": {"id": "r_1", "text": "Hello there."}}, {"/response/text"}),
    ({"message": "created", "id": "x"}, set()),
    ({"reply": "my words"}, set()),
    ({"reply": "  "}, set()),
]


@pytest.mark.parametrize(("body", "wanted"), SPOKEN)
def test_where_the_bot_speaks(body: dict[str, object], wanted: set[str]) -> None:
    given = Reply(200, head=json.dumps(body).encode(), media="application/json")
    assert spoken(Chat(), given, '{"message": "my words"}') == wanted
