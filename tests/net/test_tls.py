"""Certificates good and bad on loopback: OpenSSL's codes, what they mask, the issuer that was not sent, old versions, servers that stall."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from contextlib import asynccontextmanager

import pytest

from wizard.demo.parts.ca import Authority, now
from wizard.demo.parts.dns import serve_dns
from wizard.demo.parts.http import Response, serve
from wizard.net import Access, Call, Fault, Hello, open_net, tls
from wizard.net import door as door_module

NAME = "app.brightside.test"
DAY = datetime.timedelta(days=1)
ROOT = Authority("Ours", intermediate=True)
ROGUE = Authority("Rogue", intermediate=True)


@asynccontextmanager
async def opened(
    context: ssl.SSLContext | None, tmp_path, *, ca: bytes = ROOT.pem, name: str = NAME, connect=(), **more
):
    """A server with this context under NAME, and a door that trusts `ca`."""
    (tmp_path / "ca.pem").write_bytes(ca)
    async with serve(lambda _request: Response(200, (), b"hi"), tls=context) as web, serve_dns({}) as dns:
        places = {f"{name}:443": f"127.0.0.1:{web.port}", **dict(connect)}
        given = Access(
            run_id="t",
            hosts=frozenset({name}),
            connect=places,
            ca_file=tmp_path / "ca.pem",
            resolver=dns.resolver,
            **more,
        )
        async with open_net(given) as net:
            yield net


@pytest.mark.parametrize(
    ("ca", "how", "codes"),
    [
        (ROOT.pem, {}, (0, 0)),
        (ROOT.pem, {"names": ["*.brightside.test"]}, (0, 0)),
        (ROOT.pem, {"not_after": now() - DAY, "not_before": now() - 30 * DAY}, (10, 0)),
        (ROOT.pem, {"not_before": now() + DAY}, (9, 0)),
        (ROOT.pem, {"names": ["www.brightside.test"]}, (62, 62)),
        (ROOT.pem, {"self_signed": True}, (18, 18)),
        (ROGUE.pem, {}, (20, 20)),
        (ROOT.pem, {"chain": False}, (20, 20)),
        (ROOT.pem, {"self_signed": True, "not_after": now() - DAY, "not_before": now() - 30 * DAY}, (18, 18)),
    ],
    ids=[
        "good",
        "wildcard",
        "expired",
        "not-yet",
        "wrong-name",
        "self-signed",
        "private-root",
        "leaf-only",
        "expired-self-signed",
    ],
)
async def test_codes(ca, how, codes, tmp_path):
    how = {"names": [NAME]} | how
    async with opened(ROOT.context(**how), tmp_path, ca=ca) as net:
        facts = await net.shake(NAME)
        sent = await net.send(Call("GET", f"https://{NAME}/"))
        assert net.spent().tls >= 1
    assert (facts.fault, facts.code, facts.chain_code) == (Fault.NONE, *codes)
    assert facts.names == tuple(how["names"])
    assert (facts.version, facts.alpn) == ("1.3", "http/1.1")
    assert (facts.not_before < facts.not_after, len(facts.fingerprint)) == (True, 64)
    assert facts.issuer_trusted is (codes[1] not in {18, 19, 20})
    assert facts.system_trusts is False
    assert (sent.fault, sent.detail) == ((Fault.NONE, "") if codes[0] == 0 else (Fault.TLS, f"verify {codes[0]}"))


async def test_a_root_of_ones_own_sent_along_is_code_19(tmp_path):
    pem, key = ROGUE.issue([NAME])
    from wizard.demo.parts.ca import server_context

    async with opened(server_context(pem + ROGUE.pem, key), tmp_path) as net:
        facts = await net.shake(NAME)
    assert (facts.code, facts.issuer_trusted) == (19, False)


@pytest.mark.parametrize(
    ("issuer", "sent_code"),
    [
        (ROOT.issuer_der, "found"),
        (ROOT.issuer_pem, "found"),
        (ROGUE.issuer_der, "not-trusted"),
        (ROGUE.pem, "not-trusted"),
        (b"nonsense", "not-trusted"),
        (ROOT.issuer_pem + b"\n" * 70_000, "not-trusted"),
    ],
    ids=["der", "pem", "rogue", "rogue-root", "nonsense", "too-long"],
)
async def test_an_issuer_that_was_not_sent_is_fetched(issuer, sent_code, tmp_path):
    """A fetched issuer helps only when it leads to a trusted root; a rogue one never becomes an anchor."""
    signer = ROGUE if issuer in {ROGUE.issuer_der, ROGUE.pem} else ROOT
    async with serve(lambda _request: Response(200, (), issuer)) as shop:
        context = signer.context([NAME], chain=False, aia="http://issuers.test/one.cer")
        async with opened(context, tmp_path, connect={"issuers.test:80": f"127.0.0.1:{shop.port}"}) as net:
            facts = await net.shake(NAME)
            assert net.spent().look == 1
        assert [request.header("host") for request in shop.log] == ["issuers.test"]
    assert facts.code == 20
    assert (facts.issuer_sent, facts.issuer_trusted) == ((False, True) if sent_code == "found" else (True, False))


async def test_an_issuer_on_a_private_address_is_not_fetched(tmp_path):
    async with serve(lambda _request: Response(200, (), ROOT.issuer_der)) as shop:
        async with opened(
            ROOT.context([NAME], chain=False, aia=f"http://127.0.0.1:{shop.port}/one.cer"), tmp_path
        ) as net:
            facts = await net.shake(NAME)
        assert (facts.issuer_trusted, shop.log) == (False, [])


async def test_an_inspected_network_is_told_by_the_system_store(tmp_path, monkeypatch):
    (tmp_path / "system.pem").write_bytes(ROGUE.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "system.pem"))
    async with opened(ROGUE.context([NAME]), tmp_path) as net:
        facts = await net.shake(NAME)
    assert (facts.code, facts.issuer_trusted, facts.system_trusts) == (20, False, True)


async def test_a_client_certificate_asked_for_after_a_good_chain(tmp_path):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ROOT.context([NAME], maximum=version, client_certificate=True)
        async with opened(context, tmp_path) as net:
            facts = await net.shake(NAME)
        assert (facts.fault, facts.code) == (Fault.NONE, 0)
        assert facts.client_certificate or version is ssl.TLSVersion.TLSv1_3
    async with opened(ROGUE.context([NAME], maximum=ssl.TLSVersion.TLSv1_2, client_certificate=True), tmp_path) as net:
        assert (await net.shake(NAME)).code == 20


@asynccontextmanager
async def listener(answer: bytes | None):
    """Takes a connection, reads, and writes `answer`; None: says nothing and waits."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


def door_to(port: int) -> Access:
    return Access(hosts=frozenset({f"127.0.0.1:{port}"}))


@pytest.mark.parametrize(
    ("answer", "fault", "old"),
    [
        (None, Fault.TIMEOUT, Hello.SILENT),
        (b"", Fault.RESET, Hello.REFUSED),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Fault.TLS, Hello.REFUSED),
        (b"\x15\x03\x01\x00\x02\x02\x46", Fault.TLS, Hello.REFUSED),
        (b"\x16\x03\x01\x00\x31\x02\x00\x00\x2d\x03\x01" + bytes(40), Fault.RESET, Hello.ACCEPTED),
        (b"\x16\x03\x03\x00\x31\x02\x00\x00\x2d\x03\x03" + bytes(40), Fault.RESET, Hello.REFUSED),
        (b"\x16\x03\x03\x00\x31" + b"\x02" * 49, Fault.RESET, Hello.REFUSED),
    ],
    ids=["stalls", "closes", "http", "alert", "old-hello", "newer-hello", "drivel"],
)
async def test_servers_that_do_not_shake_hands(answer, fault, old, monkeypatch):
    monkeypatch.setattr(tls, "SECONDS", 0.4)
    monkeypatch.setattr(door_module, "HELLO_SECONDS", 0.4)
    async with listener(answer) as port, open_net(door_to(port)) as net:
        facts = await net.shake("127.0.0.1", port)
        assert facts.fault in {fault, Fault.TLS} if fault is Fault.RESET else facts.fault is fault
        assert facts.code == 0
        assert await net.hello("127.0.0.1", port, "1.0") is old
        sent = await net.send(Call("GET", f"https://127.0.0.1:{port}/", timeout=0.4))
        assert sent.fault in {fault, Fault.TLS, Fault.RESET}


async def test_nobody_at_home_and_nowhere_to_go():
    async with listener(b"") as port:
        pass
    async with open_net(door_to(port)) as net:
        assert (await net.shake("127.0.0.1", port)).fault is Fault.REFUSED
        assert await net.hello("127.0.0.1", port, "1.1") is Hello.SILENT
        assert (await net.shake("other.example", 443)).fault is Fault.HOST
        assert await net.hello("other.example", 443, "1.1") is Hello.SILENT
        with pytest.raises(ValueError, match=r"1\.2"):
            await net.hello("127.0.0.1", port, "1.2")


async def test_a_neighbour_of_the_same_domain_may_be_shaken_hands_with_but_gets_no_request(tmp_path):
    async with opened(ROOT.context([NAME, "www.brightside.test"]), tmp_path) as net:
        assert (await net.shake("www.brightside.test")).fault is Fault.DNS
        assert (await net.send(Call("GET", "https://www.brightside.test/"))).fault is Fault.HOST
        assert (await net.shake("www.otherside.test")).fault is Fault.HOST


@pytest.mark.parametrize(
    ("minimum", "maximum", "old"),
    [
        (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_3, (Hello.ACCEPTED, Hello.ACCEPTED)),
        (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_3, (Hello.REFUSED, Hello.ACCEPTED)),
        (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3, (Hello.REFUSED, Hello.REFUSED)),
        (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3, (Hello.REFUSED, Hello.REFUSED)),
    ],
)
async def test_old_versions(minimum, maximum, old, tmp_path):
    async with opened(ROOT.context([NAME], minimum=minimum, maximum=maximum), tmp_path) as net:
        assert (await net.shake(NAME)).version == "1.3"
        assert (await net.hello(NAME, 443, "1.0"), await net.hello(NAME, 443, "1.1")) == old
