"""The rarer ways to reach another client's things: the bot's memory, live streams, a user id, refusals to start, stops."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from tests.probes.api.canned import OTHER, OWN
from tests.probes.api.rig import MINE, THEIRS, Paste, Setup, run, who
from tests.probes.api.test_object_access import (
    LISTS,
    MISSING,
    OWN_ENTRIES,
    OWNER,
    WORDS,
    conversations,
    gone,
    posted,
    record,
)
from wizard.demo.parts.http import Hang, Request, Response, reply
from wizard.model import Outcome
from wizard.probe import Chat, Target
from wizard.probes.api import objects
from wizard.probes.api.objects import PROBE

CHAT = Chat(request="POST /chat", body='{"message": "{{message}}", "id": "{{uuid}}"}', reply="reply")
REMEMBERS = {"object-access.bot-memory": "yes"}


def bot(shared: bool, forgetful: bool = False) -> Any:
    """A bot that looks notes up by key word, in the caller's own or in everybody's."""
    sound = conversations(gone)

    def handler(request: Request) -> Any:
        if request.path != "/chat":
            return sound(request)
        caller = who(request)
        message = json.loads(request.body)["message"]
        notes = [MINE, THEIRS] if shared else [WORDS[caller]]
        found = [note for note in notes if note.split()[0] in message]
        return reply({"reply": f"You wrote: {found[0]}" if found and not forgetful else "I do not know that."})

    return handler


def with_chat(**more: Any) -> Setup:
    return Setup(own=OWN_ENTRIES.own, routes=OWN_ENTRIES.routes, chat=CHAT, **more)


@pytest.mark.parametrize(
    ("handler", "setup", "letter"),
    [
        (bot(shared=True), with_chat(answers=REMEMBERS), "F"),
        (bot(shared=False), with_chat(answers=REMEMBERS), "P"),
        (bot(shared=False, forgetful=True), with_chat(answers=REMEMBERS), "I"),
        (bot(shared=True), with_chat(), "N"),
        (bot(shared=True), with_chat(answers={"object-access.bot-memory": "no"}), "N"),
        (bot(shared=True), Setup(own=OWN_ENTRIES.own, routes=OWN_ENTRIES.routes, answers=REMEMBERS), "T"),
    ],
    ids=["shared store", "own store", "forgetful", "nobody asked", "does not remember", "no chat"],
)
async def test_what_the_bot_remembers(handler: Any, setup: Setup, letter: str) -> None:
    ran = await run(PROBE, handler, setup)
    assert ran.letter("bot-memory") == letter
    assert any(request.path == "/chat" for request in ran.log) == (letter in "FPI")


async def test_the_bot_is_asked_with_key_words_and_never_with_secret_ones() -> None:
    ran = await run(PROBE, bot(shared=False), with_chat(answers=REMEMBERS))
    asked = [json.loads(request.body)["message"] for request in ran.log if request.path == "/chat"]
    assert len(asked) == 4
    assert OWN.key.reveal() in asked[0]
    assert all(OTHER.key.reveal() in message for message in asked[1:])
    sent = b"".join(request.body + request.target.encode() for request in ran.log)
    assert not any(pair.secret.reveal().encode() in sent for pair in (OWN, OTHER))
    assert ran.seen.aftercare == ("POST /chat as a: 4 messages",)


async def forever(text: str) -> AsyncIterator[bytes]:
    import asyncio

    yield f'data: {{"text":"{text}"}}\n\n'.encode()
    await asyncio.sleep(60)


def streaming(open_to_all: bool) -> Any:
    def handler(request: Request) -> Any:
        owner = OWNER.get(request.path.split("/")[2] if request.path.count("/") > 1 else "")
        if not owner or (owner != who(request) and not open_to_all):
            return MISSING
        return Response(200, (("content-type", "text/event-stream"),), forever(WORDS[owner]))

    return handler


STREAMS = Setup(
    own=("GET /conversations/c_1001/events", "GET /conversations/c_1002/events"),
    routes=("GET /conversations/{id}/events",),
)


@pytest.mark.parametrize(("open_to_all", "letter"), [(True, "F"), (False, "P")])
async def test_a_live_stream_is_read_for_a_moment(
    monkeypatch: pytest.MonkeyPatch, open_to_all: bool, letter: str
) -> None:
    monkeypatch.setattr(objects, "STREAM_SECONDS", 0.3)
    ran = await run(PROBE, streaming(open_to_all), STREAMS)
    assert ran.letter("streams") == letter, ran.of("streams")


def believing(request: Request) -> Any:
    """Shows any thing to whoever says that it is theirs."""
    asked = dict(pair.split("=") for pair in request.query.split("&") if "=" in pair)
    caller = who(request)
    thing, user = OWNER.get(asked.get("id", "")), {"u_2001": "a", "u_2002": "b"}.get(asked.get("user_id", ""))
    if caller == "nobody" or not thing or not user:
        return MISSING
    return reply(record(user)) if thing == caller else MISSING


async def test_a_user_id_alone_is_its_own_check() -> None:
    setup = Setup(a=Paste("/open?id=c_1001&user_id=u_2001"), b=Paste("/open?id=c_1002&user_id=u_2002"))
    ran = await run(PROBE, believing, setup)
    assert ran.letter("swap") == "P"
    assert ran.letter("user-id") == "F"


@pytest.mark.parametrize(
    ("setup", "say"),
    [
        (Setup(a=Paste("/conversations/c_1001"), b=Paste("/conversations/c_1001")), "reasons.equal-ids"),
        (Setup(a=Paste("/conversations/c_1001"), b=Paste("/notes/list/c_1002")), "reasons.routes-differ"),
        (Setup(a=Paste("/conversations/otter7730"), b=Paste("/conversations/c_1002")), "reasons.word-in-request"),
        (Setup(own=("GET /conversations/c_1001/delete", "GET /conversations/c_1002/delete")), "reasons.name-acts"),
        (posted("/messages/send", {"to": "u_2001"}, {"to": "u_2002"}), "reasons.name-acts"),
    ],
)
async def test_the_proof_is_not_started_on_such_requests(setup: Setup, say: str) -> None:
    ran = await run(PROBE, conversations(gone), setup)
    (finding,) = ran.of("swap")
    assert (finding.outcome, finding.say) == (Outcome.UNKNOWN, say)
    assert ran.log == []


async def test_entries_of_one_account_alone_are_told() -> None:
    def only_a(target: Target) -> Target:
        return replace(target, accounts={**target.accounts, "b": replace(target.accounts["b"], own=())})

    ran = await run(PROBE, conversations(gone), OWN_ENTRIES, only_a)
    assert [finding.say for finding in ran.of("swap")] == ["reasons.no-pair"]


async def test_an_account_without_marker_words_is_told() -> None:
    def unmarked(target: Target) -> Target:
        return replace(target, accounts={**target.accounts, "b": replace(target.accounts["b"], marker=None)})

    ran = await run(PROBE, conversations(gone), OWN_ENTRIES, unmarked)
    assert [finding.say for finding in ran.of("swap")] == ["reasons.no-words"]


async def test_one_account_is_not_enough() -> None:
    ran = await run(
        PROBE, conversations(gone), OWN_ENTRIES, lambda target: replace(target, accounts={"a": target.accounts["a"]})
    )
    assert ran.seen.say == "no-accounts"


async def test_a_server_that_breaks_three_times_is_left_alone() -> None:
    ran = await run(PROBE, conversations(lambda *_: reply({"error": "boom"}, 500)), OWN_ENTRIES)
    assert ran.letter("swap") == "I"
    assert ran.seen.lost == "breaks"
    asked = [request for request in ran.log if request.path.startswith("/conversations")]
    assert len(asked) == 5


async def test_a_server_that_asks_us_to_slow_down_is_left_alone() -> None:
    ran = await run(PROBE, conversations(lambda *_: reply({}, 429)), LISTS)
    assert ran.letter("swap") == "I"
    assert ran.seen.lost == "throttles"
    assert len([request for request in ran.log if request.path.startswith("/conversations")]) == 4


async def test_what_a_product_sends_back_cannot_break_the_record() -> None:
    hostile = "\x1b[31m{route}\u202e" + "x" * 5_000
    answer = Response(200, (("content-type", "application/json"),), json.dumps({hostile: {"deep": [hostile]}}).encode())
    ran = await run(PROBE, conversations(lambda *_: answer), OWN_ENTRIES)
    (finding,) = ran.of("swap")
    assert finding.outcome is Outcome.PASS  # the same for an id that does not exist
    assert "\x1b" not in finding.evidence


def with_bookings(open_to_all: bool, public: bool = False) -> Any:
    """Bookings hold no marker words: they are proved by their data, once the conversations have shown who is who."""
    sound = conversations(gone)

    def handler(request: Request) -> Any:
        owner = {"b_61": "a", "b_62": "b"}.get(request.path.rpartition("/")[2])
        if not request.path.startswith("/bookings/"):
            return sound(request)
        caller = who(request)
        allowed = public or (caller != "nobody" and (open_to_all or caller == owner))
        return reply({"at": "Monday", "with": f"coach of {owner}"}) if owner and allowed else MISSING

    return handler


def booked(target: Target) -> Target:
    accounts = {
        name: replace(account, own=(f"GET /bookings/{thing}", *account.own))
        for (name, account), thing in zip(target.accounts.items(), ("b_61", "b_62"), strict=True)
    }
    return replace(target, accounts=accounts)


@pytest.mark.parametrize(
    ("handler", "outcome", "say"),
    [
        (with_bookings(open_to_all=False), "pass", "pass"),
        (with_bookings(open_to_all=True), "unknown", "review"),
        (with_bookings(open_to_all=True, public=True), "unknown", "reasons.no-marker"),
    ],
    ids=["kept apart", "open to any client", "open to anyone"],
)
async def test_a_further_route_without_words_is_proved_by_its_data(handler: Any, outcome: str, say: str) -> None:
    ran = await run(PROBE, handler, OWN_ENTRIES, booked)
    assert [(f.outcome, f.say) for f in ran.of("swap") if "bookings" in f.where] == [(outcome, say)]
    assert [f.outcome for f in ran.of("swap") if "conversations" in f.where] == [Outcome.PASS]


async def test_a_list_that_nobody_needs_to_sign_in_for_points_to_its_root() -> None:
    def handler(request: Request) -> Any:
        return reply([record("a"), record("b")]) if request.path == "/conversations" else conversations(gone)(request)

    (finding,) = (await run(PROBE, handler, LISTS)).of("lists")
    assert (finding.outcome, finding.roots) == (Outcome.FAIL, ("auth.missing-token",))


async def test_a_silent_server_is_no_proof() -> None:
    def handler(request: Request) -> Any:
        return Hang() if who(request) == "b" else reply(record("a"))

    setup = Setup(a=Paste("/conversations/c_1001"), b=Paste("/conversations/c_1002"))

    def impatient(target: Target) -> Target:
        calls = {
            name: replace(account, pasted=replace(account.pasted, timeout=0.2))
            for name, account in target.accounts.items()
            if account.pasted
        }
        return replace(target, accounts=calls)

    ran = await run(PROBE, handler, setup, impatient)
    assert [(f.outcome, f.say) for f in ran.of("swap")] == [(Outcome.UNKNOWN, "reasons.host-down")]
