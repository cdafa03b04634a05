"""The scoreboard: all items, filling in while a run goes on; the hub from which everything else is reached."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import DataTable

from wizard.model import Outcome, Reason, Verdict
from wizard.session import Event, flow
from wizard.session.runs import Began, Ended, Said
from wizard.tui.screen import Leaf
from wizard.tui.screens.decision import DecisionPage
from wizard.tui.screens.interview import Interview
from wizard.tui.screens.item import ItemPage
from wizard.tui.screens.proof import Proof
from wizard.tui.screens.question import Asking
from wizard.tui.screens.seal import Seal
from wizard.tui.screens.setup import Setup
from wizard.tui.signs import STYLE, Signs
from wizard.tui.widgets.passage import Passage
from wizard.tui.widgets.scoreboard import Row, Scoreboard
from wizard.words import say

_ORDER = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 3}


class Board(Leaf):
    """The hub."""

    scrolls = False
    BINDINGS = [
        Binding("r", "run", say("tui.keys.run")),
        Binding("a", "answer", say("tui.keys.answer")),
        Binding("d", "decision", say("tui.keys.decision")),
        Binding("s", "seal", say("tui.keys.seal")),
        Binding("t", "setup", say("tui.keys.setup")),
        Binding("b", "interview", say("tui.keys.interview")),
        Binding("p", "proof", say("tui.keys.proof")),
        Binding("o", "sort", say("tui.keys.sort"), show=False),
        Binding("escape", "leave", say("tui.keys.stop"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._looking: dict[str, int] = {}
        self._ended = 0
        self._sorted = False
        self._ready = False

    def heading(self) -> str:
        """Whose product, and how many items are known."""
        subject = self.session.assessment.subject
        verdicts = self.session.judgement.verdicts
        count = {o: sum(v.outcome is o for v in verdicts) for o in Outcome}
        key = "tui.board.not-ready" if count[Outcome.FAIL] or count[Outcome.UNKNOWN] else "tui.board.all-known"
        state = say(key, fails=count[Outcome.FAIL], unknown=count[Outcome.UNKNOWN])
        return f"{subject.product or subject.business} · {state}"

    def more_help(self) -> str:
        """What the signs and the short words of the table mean."""
        signs = "\n".join(f"  {Signs.of(o.value):<5} {say(f'tui.help.{o.value}')}" for o in _ORDER)
        return f"{say('tui.help.signs')}\n{signs}\n\n{say('tui.help.how')}"

    def content(self) -> Iterable[Widget]:
        """The table, and the item under the cursor: beside it where there is room, else below."""
        with Horizontal(id="body"):
            with Vertical():
                yield Scoreboard(self.door, id="board")
                with VerticalScroll(id="under", can_focus=False):
                    yield Passage("", "", self.door, id="under-text")
            with VerticalScroll(id="side", can_focus=False):
                yield Passage("", "", self.door, id="side-what")
                yield Passage("", "", self.door, id="side-seen")
                yield Passage("", "", self.door, id="side-next")

    def ready(self) -> None:
        """Show the last saved state before anything is sent."""
        self._ready = True
        self.fresh()
        self.query_one(Scoreboard).focus()
        self.note(say("tui.board.hint" if self._looked_at() else "tui.board.hint-first"))

    def fresh(self) -> None:
        """Show all rows as the evidence has them now."""
        verdicts = list(self.session.judgement.verdicts)
        if self._sorted:
            verdicts.sort(key=lambda v: _ORDER[v.outcome])
        self.query_one(Scoreboard).show([self._row(v) for v in verdicts])
        self.show_bar()
        self._side()

    def told(self, event: Event) -> None:
        """Something happened in the run."""
        if isinstance(event, Began):
            self._looking[event.item] = self._looking.get(event.item, 0) + 1
        elif isinstance(event, Ended):
            self._ended += 1
            self._looking[event.item] -= 1
        if self._ready:  # a run may begin, and end, before the screen has its rows; then `ready` shows them
            self._show(event)

    def _show(self, event: Event) -> None:
        match event:
            case Began():
                self._progress(say("tui.board.looking", item=self._title(event.item)))
                self._refresh_row(event.item)
            case Said():
                self._progress(f"{self._title(event.item)}: {event.line}")
            case Ended():
                for verdict in self.session.judgement.verdicts:
                    self._refresh_row(verdict.item)
                self.show_bar()
                self._side()

    def run_ended(self, *, stopped: bool = False) -> None:
        """The run is through: the rows that matter come first."""
        self._looking.clear()
        self._ended = 0
        self._sorted = True
        if self._ready:
            self.fresh()
            key = "tui.board.stopped" if stopped else "tui.board.ran"
            self.note(say(key, requests=self.session.assessment.run.requests))

    def _progress(self, text: str) -> None:
        running = self.wizard.running
        of = len(running.probes) if running else 0
        self.note(say("tui.board.progress", done=self._ended, of=of, text=text))

    def _title(self, item: str) -> str:
        return self.session.checklist.item(item).title

    def _looked_at(self) -> bool:
        return bool(self.session.assessment.evidence.observations)

    def _unseen(self, verdict: Verdict) -> bool:
        """A run could still look at this item: the first look sees some of them only."""
        observable = self.session.checklist.item(verdict.item).observable
        return observable and all(f.answered_by for f in verdict.findings)

    def _row(self, verdict: Verdict) -> Row:
        if self._looking.get(verdict.item):
            return Row(verdict.item, self._title(verdict.item), "running")
        known = verdict.outcome is not Outcome.UNKNOWN
        outcome = verdict.outcome.value if known or (self._looked_at() and not self._unseen(verdict)) else ""
        return Row(verdict.item, self._title(verdict.item), outcome, verdict.basis.value, self._todo(verdict))

    def _todo(self, verdict: Verdict) -> str:
        """The next thing to do for an item, in two or three words."""
        if verdict.outcome is Outcome.FAIL:
            return say("tui.board.todo-mend")
        if verdict.outcome is not Outcome.UNKNOWN:
            return ""
        item = self.session.checklist.item(verdict.item)
        if self._unseen(verdict):
            return say("tui.board.todo-run")
        if any(f.say.startswith("reasons.") and f.reason is Reason.NOT_TESTED for f in verdict.findings):
            return say("tui.board.todo-setup")  # something was not there to look at
        asked = flow.Flow(self.session, tuple(q.id for q in item.questions)).open()
        return say("tui.board.todo-answer" if asked else "tui.board.todo-look")

    def _refresh_row(self, item: str) -> None:
        board = self.query_one(Scoreboard)
        verdict = self.session.judgement.verdict(item)
        board.update_row(self._row(verdict))

    def _side(self) -> None:
        chosen = self.query_one(Scoreboard).chosen
        if not chosen:
            return
        verdict, item = self.session.judgement.verdict(chosen), self.session.checklist.item(chosen)
        style = STYLE[verdict.outcome.value]
        self.query_one("#side-what", Passage).put(item.title, item.pass_)
        seen = self.session.summary(verdict)
        next_ = self.session.next_step(verdict) if verdict.outcome in (Outcome.FAIL, Outcome.UNKNOWN) else ""
        if verdict.outcome is Outcome.UNKNOWN and self._unseen(verdict):
            seen, next_ = item.what, say("tui.board.hint-first")
        self.query_one("#side-seen", Passage).put(say("tui.item.seen"), seen, style)
        self.query_one("#side-next", Passage).put(say("tui.item.do"), next_)
        lines = [seen, f"{Signs.arrow()} {next_}" if next_ else ""]
        self.query_one("#under-text", Passage).put("", "\n".join(line for line in lines if line), style)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show the item under the cursor beside the table."""
        event.stop()
        if self.is_mounted:
            self._side()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Open the item."""
        self.app.push_screen(ItemPage(str(event.row_key.value)))

    def action_run(self) -> None:
        """Run all checks."""
        if self.wizard.running is not None:
            self.note(say("tui.board.busy"))
            return
        self.wizard.run_checks()

    def action_leave(self) -> None:
        """Stop the run, and what came stays; with no run, back to the first screen."""
        if self.wizard.running is not None:
            self.wizard.running.halt()
            self.note(say("tui.board.stopping"))
        else:
            self.wizard.drop()
            self.app.pop_screen()

    def action_answer(self) -> None:
        """Ask what only a person can answer, what belongs to the item under the cursor first."""
        self.app.push_screen(Asking(flow.Flow(self.session), first=self.query_one(Scoreboard).chosen))

    def action_setup(self) -> None:
        """Tell the wizard more."""
        self.app.push_screen(Setup())

    def action_proof(self) -> None:
        """The five-minute proof."""
        self.app.push_screen(Proof())

    def action_interview(self) -> None:
        """The boundaries interview."""
        self.app.push_screen(Interview())

    def action_decision(self) -> None:
        """Red flags and the decision."""
        self.app.push_screen(DecisionPage())

    def action_seal(self) -> None:
        """Sign and export."""
        self.app.push_screen(Seal())

    def action_sort(self) -> None:
        """Order by result or as the checklist has it."""
        self._sorted = not self._sorted
        self.fresh()
