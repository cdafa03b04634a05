"""Red flags and the decision, with the reasons and the order of fixes."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.widget import Widget

from wizard.session import flow
from wizard.tui.screen import Leaf
from wizard.tui.screens.question import Asking
from wizard.tui.screens.seal import Seal
from wizard.tui.signs import STYLE, Signs
from wizard.tui.widgets.passage import Passage
from wizard.words import say


class DecisionPage(Leaf):
    """What it all comes to."""

    BINDINGS = [
        Binding("escape", "back", say("tui.keys.back")),
        Binding("s", "seal", say("tui.keys.seal")),
        Binding("a", "answer", say("tui.keys.answer")),
        Binding("c", "copy", say("tui.keys.copy")),
    ]

    def heading(self) -> str:
        """The verdict."""
        verdict = self.session.judgement.decision.verdict
        return say("tui.decision.heading", verdict=self.session.checklist.index.decision[verdict.value].title)

    def content(self) -> Iterable[Widget]:
        """Verdict, flags, reasons, fixes."""
        index, judged = self.session.checklist.index, self.session.judgement
        words = index.decision[judged.decision.verdict.value]
        yield Passage("", f"{self.session.verdict_text()}\n\n{words.next}", self.door)
        reasons = [self.session.checklist.reason(key, slots) for key, slots in judged.decision.reasons]
        yield Passage(
            say("tui.decision.reasons"), "\n".join(f"{Signs.dot()} {reason}" for reason in reasons), self.door
        )
        for flag in judged.flags:
            state = "fail" if flag.raised else "pass" if flag.established else "unknown"
            title = f"{Signs.of(state)} {index.red_flags[flag.id].title}"
            more = [self.session.checklist.flag_words(flag), index.red_flags[flag.id].next if state != "pass" else ""]
            yield Passage(title, "\n".join(part for part in more if part), self.door, style=STYLE[state])
        failed = set(judged.decision.failed)
        for number, fix in enumerate((f for f in index.diy if failed & set(f.items)), 1):
            yield Passage(f"{number}. {fix.title}", fix.text, self.door)
        yield Passage("", index.takeover if judged.decision.verdict.value == "senior-engineer" else "", self.door)

    def fresh(self) -> None:
        """Show it as the evidence has it now."""
        self.redraw()

    def action_back(self) -> None:
        """Back."""
        self.app.pop_screen()

    def action_seal(self) -> None:
        """Sign and export."""
        self.app.push_screen(Seal())

    def action_answer(self) -> None:
        """Ask what is still open."""
        self.app.push_screen(Asking(flow.Flow(self.session)))

    def action_copy(self) -> None:
        """Copy the decision and its reasons."""
        judged = self.session.judgement
        words = self.session.checklist.index.decision[judged.decision.verdict.value]
        reasons = [self.session.checklist.reason(key, slots) for key, slots in judged.decision.reasons]
        self.wizard.saved_copy("\n".join([words.title, self.session.verdict_text(), "", *reasons]), "decision.txt")
