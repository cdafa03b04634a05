"""What an answer that proves nothing is called: the reason and the key of ``reasons.toml`` that tells a person what to do."""

from __future__ import annotations

from wizard.model import Reason
from wizard.net import Fault
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind

_REFUSED = {
    Fault.BUDGET: "budget-spent",
    Fault.CONSENT: "needs-touch",
    Fault.HOST: "other-host",
    Fault.STOPPED: "stopped",
    Fault.UNFIT: "not-sendable",
}
_UNCLEAR = {
    "cannot-decode": "unreadable",
    "cut": "cut-off",
    "not-modified": "not-modified",
    "moved": "moved",
    "page": "page-not-api",
    "soft-5xx": "broke",
}


def why_nothing(exchange: Exchange) -> tuple[Reason, str]:
    """Why this answer proves nothing: (reason, ``reasons.<key>``)."""
    if exchange.kind is Kind.SHELL:
        return Reason.NOT_TESTED, "reasons.page-not-api"
    if exchange.kind is Kind.SILENT:
        if exchange.why in _REFUSED:
            return Reason.NOT_TESTED, "reasons." + _REFUSED[Fault(exchange.why)]
        return Reason.INCONCLUSIVE, "reasons.no-safe-line" if exchange.why == Fault.TLS else "reasons.host-down"
    key = {Kind.BLOCKED: "challenged", Kind.THROTTLES: "throttled", Kind.BREAKS: "broke"}.get(exchange.kind)
    if key is None and exchange.kind is Kind.UNCLEAR:
        key = _UNCLEAR.get(exchange.why)
    return Reason.INCONCLUSIVE, "reasons." + (key or "unclear-answer")


def why_no_control(exchange: Exchange) -> tuple[Reason, str]:
    """Why the account's own call is no control: (reason, ``reasons.<key>``)."""
    if exchange.kind is Kind.DENIES:
        return Reason.INCONCLUSIVE, "reasons.session-ended"
    if exchange.kind is Kind.GIVES:
        return Reason.INCONCLUSIVE, "reasons.no-marker"
    if exchange.kind in {Kind.HIDES, Kind.REJECTS, Kind.EMPTIES, Kind.LEAKS}:
        return Reason.INCONCLUSIVE, "reasons.control-failed"
    return why_nothing(exchange)
