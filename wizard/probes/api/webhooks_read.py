"""From deliveries to findings. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.model import Finding, Outcome, Reason
from wizard.net import Fault
from wizard.probes.api.auth_finding import finding
from wizard.probes.api.auth_seen import Hook, Hooks, Seen
from wizard.probes.api.crosses import SAFE, Told, worst
from wizard.probes.api.faces import Kind
from wizard.probes.api.unproven import why_nothing

_CHECKS = {
    "webhook-unsigned": ("none",),
    "webhook-wrong-signature": ("wrong",),
    "webhook-altered": ("altered",),
    "webhook-old": ("old-10m", "old-24h"),
}
_NEEDED = ("webhook-unsigned", "webhook-replay")


def webhooks(seen: Seen) -> Iterator[Finding]:
    """Five findings, or two that say why there are none."""
    hooks = seen.hooks
    if hooks is None or hooks.skipped:
        none = Told(Outcome.NOT_APPLICABLE, "no-webhook")
        told = none if hooks is None else Told(Outcome.UNKNOWN, hooks.skipped, Reason.NOT_TESTED)
        for check in _NEEDED:
            yield finding(check, told, seen, routes=(hooks.route,) if hooks else ())
        return
    for check, hows in _CHECKS.items():
        mine = [hook for hook in hooks.sent if hook.how in hows and hook.exchange.why != Fault.UNFIT]
        if mine:
            told = worst([_refused(hook, hooks) for hook in mine])
            roots = ("auth.webhook-unsigned",) if check != "webhook-unsigned" else ()
            yield _finding(check, told, mine, seen, hooks, roots)
    yield _finding("webhook-replay", _replayed(hooks), _of(hooks, "good", "again", "other"), seen, hooks)


def _finding(
    check: str, told: Told, mine: list[Hook], seen: Seen, hooks: Hooks, roots: tuple[str, ...] = ()
) -> Finding:
    shown = [hook.exchange for hook in (*mine, *_of(hooks, "good")[:1])]
    state = {True: "changed", False: "same", None: "not seen"}
    facts = f"{hooks.effect or 'effect'} after " + ", ".join(f"{hook.how}: {state[hook.changed]}" for hook in mine)
    slots = (("effect", hooks.effect),)
    return finding(check, told, seen, routes=(hooks.route,), shown=shown, slots=slots, roots=roots, facts=facts)


def _of(hooks: Hooks, *hows: str) -> list[Hook]:
    return [hook for hook in hooks.sent if hook.how in hows]


def _took(hook: Hook) -> bool:
    return hook.exchange.status // 100 == 2 and not (hook.exchange.soft and hook.exchange.kind is not Kind.EMPTIES)


def _control(hooks: Hooks) -> Told:
    """The well-signed event must be taken, or a refusal of the others means nothing."""
    good = _of(hooks, "good")
    if good and _took(good[0]):
        return SAFE
    if good and good[0].exchange.kind in {Kind.SILENT, Kind.THROTTLES, Kind.BLOCKED, Kind.BREAKS, Kind.UNCLEAR}:
        reason, say = why_nothing(good[0].exchange)
        return Told(Outcome.UNKNOWN, say, reason)
    return Told(Outcome.UNKNOWN, "good-refused", Reason.INCONCLUSIVE)


def _refused(hook: Hook, hooks: Hooks) -> Told:
    if hook.changed:
        return Told(Outcome.FAIL, "fail")
    if _took(hook):
        return Told(Outcome.UNKNOWN, "review" if hook.changed is False else "review-blind", Reason.REVIEW)
    refused = 400 <= hook.exchange.status < 500 and hook.exchange.kind not in {Kind.THROTTLES, Kind.BLOCKED}
    if refused or hook.exchange.soft:
        return _control(hooks)
    reason, say = why_nothing(hook.exchange)
    return Told(Outcome.UNKNOWN, say, reason)


def _replayed(hooks: Hooks) -> Told:
    if (control := _control(hooks)).outcome is not Outcome.PASS:
        return control
    good, again = _of(hooks, "good")[0], next(iter(_of(hooks, "again")), None)
    if again is None:
        return Told(Outcome.UNKNOWN, "reasons.stopped", Reason.NOT_TESTED)
    if again.changed:
        return Told(Outcome.FAIL, "fail")
    if 400 <= again.exchange.status < 500 and again.exchange.kind is not Kind.THROTTLES:
        return Told(Outcome.PASS, "pass-refused")
    if not _took(again):
        reason, say = why_nothing(again.exchange)
        return Told(Outcome.UNKNOWN, say, reason)
    if good.changed and again.changed is False:
        counts = any(hook.changed for hook in _of(hooks, "other"))
        return SAFE if counts else Told(Outcome.UNKNOWN, "review-once", Reason.REVIEW)
    return Told(Outcome.UNKNOWN, "review-blind" if again.changed is None else "review", Reason.REVIEW)
