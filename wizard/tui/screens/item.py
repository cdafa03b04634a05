"""One item: why it matters, what breaks, what was seen, what to do; run its check, answer its questions, copy the fix."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.widget import Widget

from wizard.model import Finding, Outcome
from wizard.session import drafts, flow
from wizard.tui.screen import Leaf
from wizard.tui.screens.drafts import Drafts
from wizard.tui.screens.question import Asking
from wizard.tui.screens.sheet import Sheet
from wizard.tui.signs import STYLE, Signs
from wizard.tui.widgets.keys import Key
from wizard.tui.widgets.passage import Passage
from wizard.words import say

MOST_PLACES = 5
_ORDER = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 3}


class ItemPage(Leaf):
    """The page of one item."""

    BINDINGS = [
        Binding("escape", "back", say("tui.keys.back")),
        Binding("r", "run", say("tui.keys.check")),
        Binding("a", "answer", say("tui.keys.answer")),
        Binding("e", "evidence", say("tui.keys.evidence")),
        Binding("c", "copy", say("tui.keys.copy")),
        Binding("w", "draft", say("tui.keys.draft")),
        Binding("n", "step(1)", say("tui.keys.next")),
        Binding("p", "step(-1)", say("tui.keys.previous")),
    ]

    def __init__(self, item: str) -> None:
        super().__init__()
        self._item = item

    def heading(self) -> str:
        """The item's title and result."""
        verdict = self.session.judgement.verdict(self._item)
        item = self.session.checklist.item(self._item)
        row = say("tui.item.row", row=item.row) if item.row else say("tui.item.beyond")
        result = say(f"cli.outcome.{verdict.outcome.value}")
        return f"{Signs.of(verdict.outcome.value)} {item.title}: {result} · {row}"

    def content(self) -> Iterable[Widget]:
        """The passages, why first, then what was seen and what to do."""
        item = self.session.checklist.item(self._item)
        verdict = self.session.judgement.verdict(self._item)
        known = say("tui.item.known", basis=say(f"tui.basis.{verdict.basis.value}"))
        result = f"{self.session.summary(verdict)}\n{known}"
        yield Passage(say("tui.item.result"), result, self.door, style=STYLE[verdict.outcome.value])
        for name, text in (("why", item.why), ("breaks", item.breaks)):
            yield Passage(say(f"tui.item.{name}"), text, self.door)
        groups = self._grouped()
        if not groups:
            yield Passage(say("tui.item.seen"), say("tui.item.no-evidence"), self.door)
        open_ = [g for g in groups if g[0].outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
        told: set[str] = set()
        for number, group in enumerate(open_, 1):
            number_of = say("tui.item.number", number=number, of=len(open_)) if len(open_) > 1 else ""
            yield self._finding(group, number_of, told)
        held = [f"{Signs.of(g[0].outcome.value)} {self.session.said(g[0]).text}" for g in groups if g not in open_]
        yield Passage(say("tui.item.holds", count=len(held)), "\n".join(held), self.door)
        fails = any(f.outcome is Outcome.FAIL for f in verdict.findings)
        yield Passage(say("tui.item.fix"), item.fix if fails else "", self.door)
        for name, text in (("pass", item.pass_), ("tested", item.tested), ("limits", item.limits)):
            yield Passage(say(f"tui.item.{name}"), text, self.door)

    def _findings(self) -> list[Finding]:
        return sorted(self.session.judgement.verdict(self._item).findings, key=lambda f: _ORDER[f.outcome])

    def _grouped(self) -> list[list[Finding]]:
        """The findings, those that say the same of several places together."""
        told: dict[tuple[str, str, Outcome], list[Finding]] = {}
        for finding in self._findings():
            told.setdefault((finding.id, self.session.said(finding).text, finding.outcome), []).append(finding)
        return list(told.values())

    def _finding(self, group: list[Finding], number: str, told: set[str]) -> Passage:
        """What a check came to and what to do; what was `told` to do further up is not told again."""
        finding = group[0]
        words, check = self.session.said(finding), self.session.checklist.check(finding.id)
        title = f"{Signs.of(finding.outcome.value)} {check.title if check else finding.id} {number}"
        lines = [words.text]
        places = [w for w in dict.fromkeys(f.where for f in group) if w and w not in words.text]
        lines += [say("tui.item.where", where=place) for place in places[:MOST_PLACES]]
        if len(places) > MOST_PLACES:
            lines.append(say("tui.item.more-places", count=len(places) - MOST_PLACES))
        if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            again = self.session.checklist.item(self._item).recheck
            todo = [line for line in (words.fix, words.next) if line and line != again]
            lines += [f"{Signs.arrow()} {line}" for line in todo if line not in told]
            lines += [say("tui.item.as-above")] if todo and told.issuperset(todo) else []
            told.update(todo)
        return Passage(title, "\n".join(lines), self.door)

    def fresh(self) -> None:
        """Show the item as the evidence has it now."""
        self.redraw()

    def action_back(self) -> None:
        """Back to the scoreboard."""
        self.app.pop_screen()

    def action_run(self) -> None:
        """Run this item's check alone."""
        self.note(say("tui.board.looking", item=self.session.checklist.item(self._item).title))
        self.wizard.run_checks((self._item,))

    def action_answer(self) -> None:
        """Ask this item's questions."""
        only = tuple(q.id for q in self.session.checklist.item(self._item).questions)
        if only:
            self.app.push_screen(Asking(flow.Flow(self.session, only), again=True))
        else:
            self.note(say("tui.item.no-question"))

    def action_evidence(self) -> None:
        """Show the raw facts."""
        facts = [
            "\n".join(part for part in (f"{f.id} [{f.outcome.value}]", f.where, f.evidence) if part)
            for f in self._findings()
            if f.evidence or f.where
        ]
        self.app.push_screen(Sheet(self.door.text("\n\n".join(facts) or say("tui.item.no-evidence"))))

    def action_copy(self) -> None:
        """Copy what to do."""
        words = [self.session.said(f) for f in self._findings() if f.outcome is Outcome.FAIL]
        text = "\n\n".join(dict.fromkeys(w.fix for w in words if w.fix)) or self.session.checklist.item(self._item).fix
        self.wizard.saved_copy(text, f"fix-{self._item}.txt")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A draft is offered where there is one."""
        return action != "draft" or self._item == drafts.ITEM

    def _keys(self) -> list[Key]:
        return [key for key in super()._keys() if self.check_action(key[3], ())]

    def action_draft(self) -> None:
        """Write the files that a next release needs, as drafts."""
        if drafts.seen(self.session) is None:
            self.note(say("drafts.nothing"))
            return
        self.app.push_screen(Drafts())

    def action_step(self, by: int) -> None:
        """The next item, or the one before."""
        order = [v.item for v in self.session.judgement.verdicts]
        self._item = order[(order.index(self._item) + by) % len(order)]
        self.redraw()
