"""The one door to the network. Importing it is cheap; `open_net` loads httpx, dnspython and ssl at first use."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from wizard.net.types import (
    Access,
    Call,
    Dns,
    DnsAnswer,
    Fault,
    Hello,
    Net,
    Reply,
    Secret,
    Sent,
    Spent,
    TlsFacts,
    TokenFacts,
)

__all__ = [
    "Access",
    "Call",
    "Dns",
    "DnsAnswer",
    "Fault",
    "Hello",
    "Net",
    "Reply",
    "Secret",
    "Sent",
    "Spent",
    "TlsFacts",
    "TokenFacts",
    "open_net",
]


def open_net(access: Access) -> AbstractAsyncContextManager[Net]:
    """Open the door for one run; on leaving, connections close and the run's key and credentials are dropped."""
    from wizard.net.door import Door  # noqa: PLC0415  heavy: loads httpx, dnspython, ssl

    return Door(access)
