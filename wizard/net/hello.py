"""A hand-made ClientHello of TLS 1.0 or 1.1 (RFC 2246, RFC 4346): the local OpenSSL offers these only at a lowered security level."""

from __future__ import annotations

import asyncio
import secrets
import struct

from wizard.net.names import is_address
from wizard.net.types import Hello

VERSIONS = {"1.0": 0x0301, "1.1": 0x0302}
_SUITES = (0xC014, 0xC013, 0xC00A, 0xC009, 0x0039, 0x0033, 0x0035, 0x002F, 0x0016, 0x000A, 0x00FF)
_GROUPS = (0x001D, 0x0017, 0x0018, 0x0019)
_HANDSHAKE, _SERVER_HELLO, _OLDEST = 22, 2, 0x0300


def _counted(width: str, body: bytes) -> bytes:
    return struct.pack(f">{width}", len(body)) + body


def _extension(number: int, body: bytes) -> bytes:
    return struct.pack(">H", number) + _counted("H", body)


def client_hello(host: str, version: int) -> bytes:
    """One record with one ClientHello that offers at most `version`; SNI where the host is a name (RFC 6066)."""
    extensions = b""
    if not is_address(host):
        name = host.encode("ascii", "ignore")[:255]
        extensions += _extension(0, _counted("H", b"\0" + _counted("H", name)))
    extensions += _extension(10, _counted("H", struct.pack(f">{len(_GROUPS)}H", *_GROUPS)))
    extensions += _extension(11, _counted("B", b"\0"))
    body = struct.pack(">H", version) + secrets.token_bytes(32) + b"\0"
    body += _counted("H", struct.pack(f">{len(_SUITES)}H", *_SUITES)) + _counted("B", b"\0") + _counted("H", extensions)
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return struct.pack(">BH", _HANDSHAKE, 0x0301) + _counted("H", message)


def judge(record: bytes, version: int) -> Hello:
    """What the first eleven bytes of the answer say: a ServerHello of the offered version or older, down to SSL 3.0, is acceptance; all else is refusal."""
    if len(record) >= 11 and record[0] == _HANDSHAKE and record[5] == _SERVER_HELLO:
        return Hello.ACCEPTED if _OLDEST <= int.from_bytes(record[9:11], "big") <= version else Hello.REFUSED
    return Hello.REFUSED


async def hello(place: tuple[str, int], host: str, version: str, seconds: float) -> Hello:
    """Send one ClientHello to `place`. Silent: no connection, or no answer within `seconds`. A close or reset counts as refused."""
    number = VERSIONS[version]
    try:
        async with asyncio.timeout(seconds):
            try:
                reader, writer = await asyncio.open_connection(*place)
            except OSError:
                return Hello.SILENT
            try:
                writer.write(client_hello(host, number))
                return judge(await reader.readexactly(11), number)
            except asyncio.IncompleteReadError as short:
                return judge(short.partial, number)
            except OSError:
                return Hello.REFUSED
            finally:
                writer.transport.abort()
    except TimeoutError:
        return Hello.SILENT
