"""One DNS question to the servers in turn (RFC 1035, EDNS of RFC 6891), TCP where an answer was cut.

The wire is dnspython's; its resolver is not used, for at a thousand questions its own work is felt more than the network.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import dns.asyncbackend
import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode

PAYLOAD = 1232
"""The largest answer over UDP that crosses networks in one piece (DNS flag day 2020)."""
_ANSWERS = frozenset({dns.rcode.NOERROR, dns.rcode.NXDOMAIN})
_OLD = frozenset({dns.rcode.FORMERR, dns.rcode.NOTIMP})

Server = tuple[str, int]


class Silent(Exception):
    """No server said anything in time that answers the question."""


class Refused(Exception):
    """A server answered, and it is no answer; `str` is a short raw fact, such as ``servfail``."""


class Unsent(Exception):
    """The question could not be put, or reached nobody; `str` is a short raw fact."""


class Stub:
    """Puts questions to `servers`, the one that answered last first."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = list(servers)

    async def ask(self, name: str, kind: str, each: float, whole: float) -> dns.message.Message:
        """The answer to one question: NOERROR or NXDOMAIN. A server gets `each` seconds, all tries together `whole`.

        Raises Silent, Refused, Unsent, and dnspython's own error for a name or a kind that cannot be one.
        """
        end, edns = time.monotonic() + whole, True
        last: Exception = Unsent("no-resolver")
        left = list(self._servers)
        turn = 0
        while left and (seconds := min(each, end - time.monotonic())) > 0.01:
            server = left[turn % len(left)]
            query = dns.message.make_query(name, kind, use_edns=0 if edns else False, payload=PAYLOAD)
            try:
                answer = await _one(server, query, seconds)
            except dns.exception.Timeout:
                last = last if isinstance(last, Refused) else Silent()
                edns = turn + 1 < len(left)  # some walls drop what they do not know
                turn += 1
            except Refused as error:
                last = error
                left.remove(server)
            except dns.exception.DNSException as error:  # over TCP, where nothing can be passed over
                last = Refused(type(error).__name__.lower())
                left.remove(server)
            except (OSError, EOFError) as error:
                last = Unsent(type(error).__name__)
                left.remove(server)
            else:
                self._prefer(server)
                return answer
        raise last

    def _prefer(self, server: Server) -> None:
        if self._servers[0] != server:
            self._servers.remove(server)
            self._servers.insert(0, server)


async def _one(server: Server, query: dns.message.QueryMessage, seconds: float) -> dns.message.Message:
    """One server's answer; `seconds` for each of its ways. Over UDP what does not fit is passed over: anybody may send to an open port."""
    answer = await _over(server, query, seconds)
    if query.edns >= 0 and answer.rcode() in _OLD:  # an old server: the same once more, without EDNS
        query.use_edns(False)
        answer = await _over(server, query, seconds)
    if answer.rcode() not in _ANSWERS:
        raise Refused(dns.rcode.to_text(answer.rcode()).lower())
    return answer


async def _over(server: Server, query: dns.message.QueryMessage, seconds: float) -> dns.message.Message:
    host, port = server
    backend = dns.asyncbackend.get_backend("asyncio")
    try:
        return await dns.asyncquery.udp(
            query, host, seconds, port, ignore_unexpected=True, ignore_trailing=True,
            raise_on_truncation=True, ignore_errors=True, backend=backend,
        )  # fmt: skip
    except dns.message.Truncated:
        return await dns.asyncquery.tcp(query, host, seconds, port, ignore_trailing=True, backend=backend)
