"""When a refusal counts: only if account a, with a good session, gets further than the one who was refused. Pure."""

from __future__ import annotations

from wizard.model import Outcome, Reason
from wizard.probes.api.auth_seen import Seen, Tried, Try
from wizard.probes.api.crosses import SAFE, Told
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind, is_open, is_shut
from wizard.probes.api.unproven import why_no_control, why_nothing


def shut_told(tried: Tried, one: Try, seen: Seen) -> Told:
    """What an answer comes to that did not hand anything out."""
    if one.refuses is None:
        return Told(Outcome.UNKNOWN, "review-words", Reason.REVIEW)
    if not one.refuses:
        reason, say = why_nothing(one.exchange)
        return Told(Outcome.UNKNOWN, say, reason)
    if one.stale:
        return Told(Outcome.UNKNOWN, "reasons.from-cache", Reason.INCONCLUSIVE)
    if tried.control is None:
        return Told(Outcome.UNKNOWN, seen.refused or "reasons.stopped", Reason.NOT_TESTED)
    return _held_against(tried.control, tried, one, seen)


def _held_against(control: Exchange, tried: Tried, one: Try, seen: Seen) -> Told:
    answer = one.exchange
    if tried.writes and answer.kind not in {Kind.DENIES, Kind.HIDES} and one.like:
        return Told(Outcome.UNKNOWN, "checks-first", Reason.INCONCLUSIVE)
    if gave(control) or _got_further(control, tried, one, seen):
        return SAFE
    if tried.made_up:
        return Told(Outcome.UNKNOWN, "no-id", Reason.NOT_TESTED)
    if control.kind is answer.kind and is_shut(answer.kind):
        return Told(Outcome.UNKNOWN, "same-refusal", Reason.INCONCLUSIVE)
    reason, say = why_no_control(control)
    return Told(Outcome.UNKNOWN, say, reason)


def gave(control: Exchange) -> bool:
    """Whether an own control handed something out. Another's word in it is the object-access item's business; a file counts."""
    return is_open(control.kind) or (control.kind is Kind.UNCLEAR and control.why == "file")


def _got_further(control: Exchange, tried: Tried, one: Try, seen: Seen) -> bool:
    """A refusal for want of a sign-in, against an answer of a's that gave nothing either but came from behind the gate."""
    answer = one.exchange
    if control.kind is Kind.BREAKS:  # the broken body of a write broke the server, behind the gate
        return tried.writes and answer.kind is Kind.DENIES
    if control.kind in {Kind.REJECTS, Kind.EMPTIES}:
        return answer.kind in {Kind.DENIES, Kind.HIDES} and control.status != 405 and not control.weak
    if answer.kind is not Kind.DENIES:
        return False
    if (
        control.kind is Kind.HIDES
    ):  # a made-up id is missing; a path that does not exist would be missing in the same words
        return tried.made_up and not tried.nowhere
    if control.kind is not Kind.DENIES or control.why != "403":
        return False
    if tried.admin:  # a is an ordinary client: it is refused here and works elsewhere
        return any(other.control is not None and gave(other.control) for other in seen.routes)
    random = tried.any_token.exchange if tried.any_token else None
    return random is not None and {answer.why, random.why} == {"401"}
