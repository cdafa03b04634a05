"""From an original to findings: dkim-proof, alignment, received, bulk. Pure; at best *evidenced*, since the file comes from the founder."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Slots
from wizard.probes.edge.email.dmarc import aligned, discover, listed
from wizard.probes.edge.email.facts import FRESH_DAYS, Message, Signature, Walk, clip

_ORDER = ("dns-error", "expired", "body-changed", "header-changed", "no-key", "bad-key", "broken")


@dataclass(frozen=True, slots=True)
class _View:
    """A message with what follows from its domains: which signatures and whether the return path align with From."""

    message: Message
    proven: tuple[Signature, ...]
    near: tuple[Signature, ...]
    path: bool
    strict: bool
    fresh: bool

    @property
    def foreign(self) -> bool:
        """Fresh, complete, and nothing in it speaks for the From domain: neither a signature nor the return path."""
        whole = self.message.received > 0 and bool(self.message.return_path) and not self.message.unread
        return self.fresh and whole and not self.near and not self.path


def _view(message: Message) -> _View:
    walks = {walk.domain: walk for walk in message.walks}
    sender = walks.get(message.sender, Walk(message.sender, (), listed(message.sender)))
    policy = discover(sender).policy

    def near(domain: str, mode: str) -> bool:
        other = walks.get(domain)
        return bool(domain) and other is not None and aligned(sender, other, mode)

    mine = tuple(s for s in message.signatures if near(s.domain, policy.adkim))
    loose = any(near(d, "r") for d in (message.return_path, *(s.domain for s in message.signatures)))
    return _View(
        message,
        tuple(s for s in mine if s.result == "valid" and s.signed_from),
        mine,
        near(message.return_path, policy.aspf),
        loose and "s" in (policy.adkim, policy.aspf),
        0 <= message.age <= FRESH_DAYS,
    )


def unsigned(message: Message, domain: str) -> bool:
    """Whether this is a fresh, complete original of `domain` that bears no signature at all."""
    whole = message.received > 0 and not message.problem and not message.unread and 0 <= message.age <= FRESH_DAYS
    return whole and not message.signatures and (message.sender == domain or listed(message.sender) == listed(domain))


def read_message(message: Message, judged: frozenset[str]) -> tuple[Finding, ...]:
    """The findings of one original. `judged`: the registrable domains that this run judges."""
    foreign = bool(message.sender) and (listed(message.sender) or message.sender) not in judged
    problem = message.problem or ("other-sender" if foreign else "")
    if problem:
        return (_unknown(message, "dkim-proof", problem), _unknown(message, "alignment", "not-proven"))
    view = _view(message)
    return (_proof(view), _alignment(view), _received(view), *_bulk(view))


def no_message(domain: str) -> Finding:
    """Nobody handed over an original: the records may be right, but nothing is proven on a real mail."""
    return Finding(
        "email-auth.received",
        Outcome.UNKNOWN,
        Basis.NONE,
        "no-message",
        (("domain", domain),),
        reason=Reason.NOT_TESTED,
        where=domain,
    )


def _made(message: Message, check: str, outcome: Outcome, say: str, evidence: str = "", note: bool = False) -> Finding:
    signer = ", ".join(dict.fromkeys(s.domain for s in message.signatures[:5])) or "-"
    slots: Slots = (
        ("file", message.file.name),
        ("sender", clip(message.sender, 120)),
        ("signer", clip(signer, 200)),
        ("path", clip(message.return_path, 120) or "-"),
        ("receiver", message.receiver or "-"),
    )
    return Finding(
        f"email-auth.{check}",
        outcome,
        Basis.NONE if outcome is Outcome.UNKNOWN else Basis.EVIDENCED,
        say,
        slots,
        Severity.NOTE if note else None,
        Reason.INCONCLUSIVE if outcome is Outcome.UNKNOWN else None,
        message.file.name,
        clip(evidence, 900),
        files=(message.file,) if message.file.sha256 else (),
    )


def _unknown(message: Message, check: str, say: str) -> Finding:
    return _made(message, check, Outcome.UNKNOWN, say, f"From: {message.sender}" if message.sender else message.problem)


def _told(signatures: tuple[Signature, ...]) -> str:
    parts = [f"d={s.domain} s={s.selector} a={s.algorithm}: {s.result} {s.detail}".rstrip() for s in signatures[:6]]
    return "; ".join(parts) or "no DKIM-Signature"


def _proof(view: _View) -> Finding:
    message, evidence = view.message, _told(view.message.signatures)
    if view.proven:
        tail = all(s.length for s in view.proven)
        return _made(message, "dkim-proof", Outcome.PASS, "tail" if tail else "", evidence, note=tail)
    if view.foreign:
        say = "provider-only" if message.signatures else "unsigned"
        made = _made(message, "dkim-proof", Outcome.FAIL, say, f"{evidence}; Return-Path {message.return_path}")
        return replace(made, roots=("email-auth.alignment",))
    return _made(message, "dkim-proof", Outcome.UNKNOWN, _why(view), evidence)


def _why(view: _View) -> str:
    """Why nothing is proven, most telling first."""
    results = {s.result for s in view.near}
    if "valid" in results:
        return "from-unsigned"
    for result in _ORDER:
        if result in results:
            return "key-gone" if result == "no-key" and not view.fresh else result
    if view.message.unread:
        return "too-many"
    if not view.message.received or not view.message.return_path:
        return "not-original"
    if not view.fresh:
        return "old"
    return "path-only"


def _alignment(view: _View) -> Finding:
    message = view.message
    evidence = f"From {message.sender}; {_told(message.signatures)}; Return-Path {message.return_path or '-'}; spf={message.spf or '-'}"
    if view.proven:
        return _made(message, "alignment", Outcome.PASS, "", evidence)
    told = ("spf", "pass") in message.results
    if view.path and (message.spf == "pass" or told):
        return _made(message, "alignment", Outcome.PASS, "by-path", evidence)
    if view.foreign:
        return _made(message, "alignment", Outcome.FAIL, "strict" if view.strict else "", evidence)
    return _made(message, "alignment", Outcome.UNKNOWN, "not-proven", evidence)


def _received(view: _View) -> Finding:
    message = view.message
    evidence = f"{message.receiver}: " + " ".join(f"{method}={value}" for method, value in message.results)
    said = next((value for method, value in message.results if method == "dmarc"), "")
    if said == "pass":
        differs = message.spf not in ("", "pass") and ("spf", "pass") in message.results
        return _made(message, "received", Outcome.PASS, "spf-differs" if differs else "", evidence, note=differs)
    altered = any(s.result in ("body-changed", "expired", "dns-error") for s in view.near)
    if said == "fail" and view.fresh and not view.proven and not altered:
        return _made(message, "received", Outcome.FAIL, "", evidence)
    return _made(message, "received", Outcome.UNKNOWN, "contradicts" if said == "fail" else "none", evidence)


def _bulk(view: _View) -> tuple[Finding, ...]:
    """Only for a mail that says it is a list's: one-click unsubscribing, signed (RFC 8058)."""
    message = view.message
    if not message.lists:
        return ()
    wanted = {"list-unsubscribe", "list-unsubscribe-post"}
    signed = any(wanted <= set(s.headers) for s in view.proven)
    good = signed and wanted <= set(message.lists)
    evidence = f"{', '.join(message.lists)}; in h=: {'yes' if signed else 'no'}"
    return (_made(message, "bulk", Outcome.PASS, "" if good else "not-one-click", evidence, note=not good),)
