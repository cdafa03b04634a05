"""One finding of the auth item: one row a flaw, with the tries that show it."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.model import Basis, Finding, Outcome, Severity, Slots, Tag
from wizard.probes.api.auth_seen import Seen, Try
from wizard.probes.api.crosses import Told
from wizard.probes.api.evidence import Exchange

ITEM = "auth"
MOST_EVIDENCE = 2_400
MOST_NAMED = 6


def finding(  # noqa: PLR0913  one row, many columns
    check: str,
    told: Told,
    seen: Seen,
    *,
    routes: tuple[str, ...] = (),
    shown: Iterable[Exchange] = (),
    leak: Try | None = None,
    slots: Slots = (),
    roots: tuple[str, ...] = (),
    severity: Severity | None = None,
    basis: Basis = Basis.OBSERVED,
    facts: str = "",
) -> Finding:
    """`routes`: where it shows, the first one by name in the sentence; `leak`: the try that let a stranger in; `facts`: raw facts beside the tries."""
    lines = "\n".join(dict.fromkeys([*([facts] if facts else []), *(exchange.line for exchange in shown)]))
    unknown = told.outcome is Outcome.UNKNOWN
    return Finding(
        id=f"{ITEM}.{check}",
        outcome=told.outcome,
        basis=Basis.NONE if unknown else basis,
        say=told.say,
        slots=tuple((_common(routes, seen, leak) | dict(slots)).items()),
        severity=severity
        or (Severity.CRITICAL if told.outcome is Outcome.FAIL and leak and has_word(leak.exchange) else None),
        reason=told.reason,
        where=routes[0] if len(routes) == 1 else seen.host,
        evidence=lines[:MOST_EVIDENCE],
        roots=roots if told.outcome is Outcome.FAIL else (),
        tags=(Tag.OTHER_SECRET_SEEN,) if told.outcome is Outcome.FAIL and leak and has_word(leak.exchange) else (),
    )


def has_word(exchange: Exchange) -> bool:
    """Whether another account's secret word showed."""
    return any(hit.whose == "other" for hit in exchange.hits)


def _common(routes: tuple[str, ...], seen: Seen, leak: Try | None) -> dict[str, str]:
    more = "" if len(routes) <= MOST_NAMED else ", …"
    hit = next((one for one in leak.exchange.hits if one.whose in {"own", "other", "person"}), None) if leak else None
    place = (hit.pointer or hit.place) if hit else (leak.personal[0] if leak and leak.personal else "")
    return {
        "route": routes[0] if routes else "",
        "routes": ", ".join(routes[:MOST_NAMED]) + more,
        "count": str(len(routes)),
        "host": seen.host,
        "word": hit.masked if hit else "",
        "place": place,
    }
