"""DNS through the door: every state is a value, every question is sent once."""

from __future__ import annotations

import asyncio
import socket

import dns.message
import dns.rrset
import pytest

from wizard.demo.parts.dns import REFUSED, SERVFAIL, SILENT, serve_dns
from wizard.net import Access, Dns, names, open_net

ZONE = {
    ("example.test", "A"): ["127.0.0.1"],
    ("example.test", "MX"): ["10 MX.example.test."],
    ("example.test", "TXT"): ['"v=spf1 " "-all"'],
    ("www.example.test", "CNAME"): ["example.test."],
    ("gone.example.test", "CNAME"): ["nowhere.example.test."],
    ("bad.test", "A"): SERVFAIL,
    ("no.test", "A"): REFUSED,
    ("dumb.test", "A"): SILENT,
}


@pytest.mark.parametrize(
    ("name", "kind", "state", "records"),
    [
        ("example.test", "A", Dns.FOUND, ("127.0.0.1",)),
        ("EXAMPLE.test.", "a", Dns.FOUND, ("127.0.0.1",)),
        ("example.test", "MX", Dns.FOUND, ("10 mx.example.test",)),
        ("example.test", "TXT", Dns.FOUND, ("v=spf1 -all",)),
        ("www.example.test", "A", Dns.FOUND, ("127.0.0.1",)),
        ("example.test", "AAAA", Dns.NO_DATA, ()),
        ("nowhere.test", "A", Dns.NO_NAME, ()),
        ("gone.example.test", "A", Dns.NO_NAME, ()),
        ("bad.test", "A", Dns.ERROR, ()),
        ("no.test", "A", Dns.ERROR, ()),
        ("a" * 70 + ".test", "A", Dns.ERROR, ()),
        ("example.test", "NONSENSE", Dns.ERROR, ()),
    ],
)
async def test_every_state_is_a_value(name, kind, state, records):
    async with serve_dns(ZONE) as dns, open_net(Access(resolver=f"127.0.0.1:{dns.port}")) as net:
        answer = await net.ask(name, kind)
        again = await net.ask(name, kind)
    assert (answer.state, answer.records) == (state, records), answer.detail
    assert again is answer
    assert len(dns.asked) <= 2  # REFUSED and SERVFAIL may be asked once more by the resolver itself


async def test_the_chain_of_aliases_is_told():
    async with serve_dns(ZONE) as dns, open_net(Access(resolver=f"127.0.0.1:{dns.port}")) as net:
        assert (await net.ask("www.example.test", "A")).chain == ("example.test",)
        assert (await net.ask("gone.example.test", "A")).chain == ("nowhere.example.test",)


async def test_a_dead_resolver_is_asked_a_few_times_only():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        async with open_net(Access(resolver=f"127.0.0.1:{deaf.getsockname()[1]}")) as net:
            answers = await asyncio.gather(*(net.ask(f"n{n}.test", "A") for n in range(60)))
            assert net.spent().dns <= names.WIDTH + names.SILENT_LIMIT
    assert {answer.state for answer in answers} == {Dns.ERROR}
    assert sum(answer.detail == "breaker" for answer in answers) >= 60 - names.WIDTH


class Liar(asyncio.DatagramProtocol):
    """A resolver that answers every question with the address of another name."""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, sender):
        answer = dns.message.make_response(dns.message.from_wire(data))
        answer.answer.append(dns.rrset.from_text("other.test.", 60, "IN", "A", "192.0.2.66"))
        self.transport.sendto(answer.to_wire(), sender)


async def test_an_answer_about_another_name_is_none_and_proves_nothing():
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Liar, local_addr=("127.0.0.1", 0))
    place = f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    async with open_net(Access(run_id="t", resolver=place)) as net:
        found = await net.ask("mine.test", "A")
    transport.close()
    assert (found.state, found.records, found.detail) == (Dns.ERROR, (), "other-name")
