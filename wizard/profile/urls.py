"""Addresses in a profile: only http and https, no name or password inside, host names in one written form."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from wizard.profile.lines import Key
from wizard.profile.source import Source

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
_BAD = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"^`{|}\u2028\u2029]")
_DEFAULT = {"http": 80, "https": 443}


def host_name(text: str) -> str:
    """`text` as a host name: lower case, IDNA, no final dot, IPv6 without brackets. "" when it is none."""
    text = text.strip().strip("[]").removesuffix(".").lower()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        text = text.encode("ascii").decode() if text.isascii() else text.encode("idna").decode().lower()
    except UnicodeError:
        return ""
    labels = text.split(".")
    sound = 0 < len(text) <= 253 and all(_LABEL.match(label) for label in labels) and not labels[-1].isdigit()
    return text if sound else ""


def split(text: str) -> SplitResult | None:
    """A sound http or https address, or None."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    userinfo = parts.username is not None or parts.password is not None
    if parts.scheme not in _DEFAULT or userinfo or _BAD.search(text.strip()) or not host_name(parts.hostname or ""):
        return None
    return None if port == 0 else parts


def authority(parts: SplitResult) -> str:
    """``host``, or ``host:port`` where the port is not the scheme's own; IPv6 in brackets only before a port."""
    name = host_name(parts.hostname or "")
    if parts.port is None or parts.port == _DEFAULT[parts.scheme]:
        return name
    return f"[{name}]:{parts.port}" if ":" in name else f"{name}:{parts.port}"


def unsigned(text: str) -> str:
    """An address as an error may show it: a name and password in it are left out."""
    return re.sub(r"[^/@\s]*@", "…@", text)


def clean(source: Source, text: str, path: Key) -> str:
    """An address of the profile in one form: lower-case host, no fragment, no final slash. "" stays "". Trouble when it is unsound."""
    if not text:
        return ""
    parts = split(text)
    if parts is None:
        raise source.wrong(path, "url", unsigned(text))
    name = host_name(parts.hostname or "")
    name = f"[{name}]" if ":" in name else name
    port = "" if parts.port is None or parts.port == _DEFAULT[parts.scheme] else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{name}{port}{parts.path.rstrip('/')}{query}"


def origin(source: Source, text: str, path: Key) -> str:
    """An approved origin: scheme, host and port, nothing after it but at most one slash."""
    cleaned = split(text)
    if cleaned is None or cleaned.path.rstrip("/") or cleaned.query or cleaned.fragment:
        raise source.wrong(path, "origin", unsigned(text))
    return clean(source, text, path)


def domain(source: Source, text: str, path: Key) -> str:
    """A bare name, or ``name:port`` for a host on a port of its own."""
    name, colon, port = text.strip().rpartition(":")
    if not colon or not port.isdigit():
        name, port = text, ""
    found = host_name(name)
    if not found or (port and not 0 < int(port) < 65_536):
        raise source.wrong(path, "domain", text)
    return f"{found}:{int(port)}" if port else found


def name_and_port(text: str) -> tuple[str, int] | None:
    """``("app.example.com", 443)`` from ``app.example.com:443``, or None."""
    name, colon, port = text.strip().rpartition(":")
    found = host_name(name)
    if not colon or not found or not port.isdigit() or len(port) > 5 or not 0 < int(port) < 65_536:
        return None
    return found, int(port)


def is_loopback(host: str, connect: Mapping[str, str]) -> bool:
    """Whether a consented host is this computer: by name, or because every door that `connect` opens for it leads here."""
    name = host.rpartition(":")[0] if host.count(":") == 1 else host.partition("]")[0]
    name = host_name(name or host)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        doors = [to for door, to in connect.items() if door.rpartition(":")[0] == name]
        return bool(doors) and all(is_loopback(to, {}) for to in doors)
