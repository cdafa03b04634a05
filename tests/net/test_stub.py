"""One question on the wire: what is no answer is passed over, a dead server costs one turn, and silence stays silence."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from wizard.demo.parts.dns import SILENT, Broken, serve_dns
from wizard.net import Access, Dns, names, open_net
from wizard.net.stub import Refused, Silent, Stub, Unsent


class _Says(asyncio.DatagramProtocol):
    def __init__(self, answers: Callable[[bytes], list[bytes]]) -> None:
        self.answers, self.seen = answers, []

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, sender) -> None:
        self.seen.append(data)
        for wire in self.answers(data):
            self.transport.sendto(wire, sender)


@asynccontextmanager
async def server(answers: Callable[[bytes], list[bytes]]) -> AsyncIterator[tuple[tuple[str, int], list[bytes]]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(lambda: _Says(answers), local_addr=("127.0.0.1", 0))
    yield transport.get_extra_info("sockname"), protocol.seen
    transport.close()


def sound(query: bytes, address: str = "192.0.2.1") -> bytes:
    asked = dns.message.from_wire(query)
    answer = dns.message.make_response(asked)
    answer.answer.append(dns.rrset.from_text(asked.question[0].name, 60, "IN", "A", address))
    return answer.to_wire()


def refusal(query: bytes, code: dns.rcode.Rcode) -> bytes:
    return query[:2] + bytes([0x80, int(code)]) + b"\0" * 8  # the head alone, as very old servers have it


def another_number(wire: bytes) -> bytes:
    return bytes([wire[0] ^ 1]) + wire[1:]


def another_question(query: bytes) -> bytes:
    wrong = dns.message.make_query("evil.test", "A")
    wrong.id = dns.message.from_wire(query).id
    return sound(wrong.to_wire(), "192.0.2.66")


@pytest.mark.parametrize(
    "before",
    [
        lambda query: [b"\0" * 5],
        lambda query: [another_number(sound(query, "192.0.2.66"))],
        lambda query: [another_question(query)],
        lambda query: [query],
    ],
    ids=["garbage", "another number", "another question", "an echo"],
)
async def test_what_does_not_fit_is_passed_over(before) -> None:
    async with server(lambda query: [*before(query), sound(query)]) as (place, _):
        answer = await Stub([place]).ask("a.test", "A", 1.0, 2.0)
    assert [record.address for record in answer.answer[0]] == ["192.0.2.1"]


async def test_an_old_server_is_asked_without_edns() -> None:
    def answers(query: bytes) -> list[bytes]:
        edns = dns.message.from_wire(query).edns >= 0
        return [refusal(query, dns.rcode.FORMERR) if edns else sound(query)]

    async with server(answers) as (place, seen):
        assert (await Stub([place]).ask("a.test", "A", 1.0, 2.0)).answer
    assert len(seen) == 2


async def test_a_wall_that_drops_edns_costs_one_turn() -> None:
    async with server(lambda query: [] if dns.message.from_wire(query).edns >= 0 else [sound(query)]) as (place, seen):
        assert (await Stub([place]).ask("a.test", "A", 0.1, 1.0)).answer
    assert len(seen) == 2


async def test_the_second_server_answers_and_is_asked_first_from_then_on() -> None:
    async with server(lambda _: []) as (dead, unheard), server(lambda query: [sound(query)]) as (alive, heard):
        stub = Stub([dead, alive])
        assert (await stub.ask("a.test", "A", 0.1, 1.0)).answer
        assert (await stub.ask("b.test", "A", 0.1, 1.0)).answer
        assert (len(unheard), len(heard)) == (1, 2)


@pytest.mark.parametrize(("code", "said"), [(dns.rcode.SERVFAIL, "servfail"), (dns.rcode.REFUSED, "refused")])
async def test_a_refusal_is_told_and_no_second_server_means_the_end(code, said) -> None:
    async with server(lambda query: [refusal(query, code)]) as (place, seen):
        with pytest.raises(Refused, match=said):
            await Stub([place]).ask("a.test", "A", 1.0, 2.0)
    assert len(seen) == 1


@pytest.mark.parametrize("broken", [b"\xc0\x0c" * 3, b"\xff" * 40], ids=["loop", "noise"])
async def test_a_broken_body_is_no_answer(broken: bytes) -> None:
    def answers(query: bytes) -> list[bytes]:
        head = bytearray(dns.message.make_response(dns.message.from_wire(query)).to_wire())
        head[7] = 1  # says that one record follows
        return [bytes(head[: 12 + 12]) + broken]  # the question of a.test is 12 bytes

    async with server(answers) as (place, _):
        with pytest.raises(Silent):
            await Stub([place]).ask("a.test", "A", 0.1, 0.2)


async def test_silence_and_a_closed_port_are_told_apart() -> None:
    async with server(lambda _: []) as (place, _):
        with pytest.raises(Silent):
            await Stub([place]).ask("a.test", "A", 0.1, 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()
    with pytest.raises((Unsent, Silent)):
        await Stub([closed]).ask("a.test", "A", 0.1, 0.2)
    with pytest.raises(Unsent, match="no-resolver"):
        await Stub([]).ask("a.test", "A", 0.1, 0.2)


async def test_a_cut_answer_comes_over_tcp() -> None:
    text = [f"{n:02}" + "x" * 240 for n in range(20)]  # too large for one packet
    async with serve_dns({("big.test", "TXT"): text, ("never.test", "ANY"): Broken.CUT}) as there:
        place = ("127.0.0.1", there.port)
        assert len((await Stub([place]).ask("big.test", "TXT", 1.0, 2.0)).answer[0]) == 20
        assert [kind for _, kind in there.asked] == ["TXT", "TXT"]
        with pytest.raises((Silent, Unsent)):
            await Stub([place]).ask("never.test", "TXT", 0.2, 0.4)


QUICK = {"TRY_SECONDS": 0.2, "LIFE_SECONDS": 0.4, "ROOT_SECONDS": 0.05, "DOMAIN_SECONDS": 0.1}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in QUICK.items():
        monkeypatch.setattr(names, name, value)


@pytest.mark.usefixtures("quick")
async def test_one_silent_question_is_enough_to_know_a_dead_resolver() -> None:
    async with server(lambda _: []) as (place, _), open_net(Access(resolver=f"127.0.0.1:{place[1]}")) as net:
        assert (await net.ask("a.test", "A")).detail == "timeout"
        assert (await net.ask("b.other", "A")).detail == "breaker"


@pytest.mark.usefixtures("quick")
async def test_a_silent_domain_is_left_and_the_others_are_asked() -> None:
    zone = {("dead.test", "ANY"): SILENT, ("*.dead.test", "ANY"): SILENT, ("well.test", "A"): ["192.0.2.1"]}
    async with serve_dns(zone) as there, open_net(Access(resolver=there.resolver)) as net:
        first = await net.ask("www.dead.test", "A")
        second = await net.ask("app.dead.test", "A")
        assert ((first.state, first.detail), (second.state, second.detail)) == (
            (Dns.ERROR, "timeout"),
            (Dns.ERROR, "breaker"),
        )
        assert (await net.ask("well.test", "A")).records == ("192.0.2.1",)
        assert (await net.ask("no.well.test", "A")).state is Dns.NO_NAME


@pytest.mark.usefixtures("quick")
async def test_some_silent_names_of_a_living_domain_close_nothing() -> None:
    zone = {(f"n{n}.test.example", "ANY"): SILENT for n in range(6)} | {("test.example", "A"): ["192.0.2.1"]}
    async with serve_dns(zone) as there, open_net(Access(resolver=there.resolver)) as net:
        silent = await asyncio.gather(*(net.ask(f"n{n}.test.example", "A") for n in range(6)))
        assert {one.detail for one in silent} == {"timeout"}
        await net.ask("test.example", "A")
        assert (await net.ask("n9.test.example", "A")).state is Dns.NO_NAME


@pytest.mark.usefixtures("quick")
async def test_one_silent_name_does_not_close_its_living_domain() -> None:
    zone = {("slow.test.example", "ANY"): SILENT, ("test.example", "SOA"): ["ns.x. h.x. 1 2 3 4 5"]}
    async with serve_dns(zone) as there, open_net(Access(resolver=there.resolver)) as net:
        assert (await net.ask("slow.test.example", "A")).detail == "timeout"
        assert (await net.ask("other.test.example", "A")).state is Dns.NO_NAME
