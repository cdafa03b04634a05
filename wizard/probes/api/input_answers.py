"""Whether the bot itself spoke: the positive control by which a reply to no message is told from a record that was made without its text."""

from __future__ import annotations

from wizard.net import Reply
from wizard.probe import Chat
from wizard.probes.api.bodies import leaves, parse_json
from wizard.probes.api.lexicon import listed
from wizard.probes.api.streams import answer, looks_streamed
from wizard.probes.chat.talk import at_path

STREAM = "stream"


def spoken(chat: Chat, reply: Reply, sent: str) -> frozenset[str]:
    """Where an answer holds words of the bot's own (JSON pointers, the profile's reply path, or ``stream``), none of them what was sent.

    Without a reply path only fields count whose name says that a bot speaks: ``{"message": "created"}`` is any form's answer.
    """
    text = reply.head.decode("utf-8", "replace")
    if chat.reply == "sse" or looks_streamed(reply.media, text):
        return frozenset({STREAM}) if answer(text).strip() else frozenset()
    document = parse_json(reply)
    if document is None:
        plain = text.strip() and text.strip() not in sent and reply.media.lower().startswith("text/plain")
        return frozenset({STREAM}) if plain else frozenset()
    if chat.reply:
        found = at_path(document.value, chat.reply)
        texts = [(chat.reply, leaf) for _, leaf in leaves(found)]
    else:
        names, plumbing = listed("answers", "names"), listed("stream", "plumbing")
        parts = [(at, at.lower().split("/"), leaf) for at, leaf in leaves(document.value)]
        texts = [(at, leaf) for at, steps, leaf in parts if names & set(steps) and steps[-1] not in plumbing]
    return frozenset(at for at, leaf in texts if isinstance(leaf, str) and leaf.strip() and leaf.strip() not in sent)
