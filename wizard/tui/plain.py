"""The wizard line by line: no cursor moves, no colour, no boxes. It drives the same flow as the screens do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from wizard.checklist import Question
from wizard.model import Trouble
from wizard.session import Running, Session, drafts, edit, flow, papers
from wizard.session.desk import Desk
from wizard.session.runs import Began, Ended
from wizard.tui.signs import Signs
from wizard.words import say


class Leave(Exception):
    """The person typed quit, or the input ended."""


class Plain:
    """Questions and answers on two streams."""

    def __init__(self, desk: Desk, source: TextIO | None = None, out: TextIO | None = None) -> None:
        self.desk = desk
        self._in = source or sys.stdin
        self._out = out or sys.stdout

    def tell(self, text: str = "") -> None:
        """One line or more out."""
        safe = "".join(c if c == "\n" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)
        print(safe, file=self._out, flush=True)

    def hear(self, prompt: str) -> str:
        """One line in; quit and the end of the input leave."""
        self.tell(prompt)
        line = self._in.readline()
        if not line or line.strip().lower() == "quit":
            raise Leave
        return line.strip()

    def block(self, prompt: str) -> str:
        """Several lines in, ended by a line that holds only a full stop."""
        self.tell(prompt)
        lines: list[str] = []
        while True:
            line = self._in.readline()
            if not line:
                raise Leave
            if line.strip() == ".":
                return "\n".join(lines)
            if not lines and line.strip() == "quit":
                raise Leave
            if not lines and line.strip() in ("?", "back", "na", "skip", "help"):
                return line.strip()
            lines.append(line.rstrip("\n"))

    def pick(self, heading: str, options: list[tuple[str, str]]) -> str:
        """A numbered choice; asks again until it is understood."""
        self.tell(heading)
        for number, (_, label) in enumerate(options, 1):
            self.tell(f"  {number}  {label}")
        while True:
            typed = self.hear(say("plain.number"))
            if typed.isdigit() and 0 < int(typed) <= len(options):
                return options[int(typed) - 1][0]
            self.tell(say("plain.not-understood"))

    # --- the way through ---------------------------------------------------------------------------------------------

    def start(self, first: Session | None = None) -> None:
        """From the first menu to the end; every answer is saved as it is given."""
        try:
            session = first or self._open()
            if first is None:
                self.tell(say("plain.help"))
            self._work(session)
        except Leave:
            self.tell(say("plain.saved"))

    def _open(self) -> Session:
        """The first menu, until it comes to an assessment."""
        while True:
            entries = self.desk.entries()
            options = [
                (str(n), say("tui.home.continue", business=e.business, known=e.known, of=e.of, when=e.when))
                for n, e in enumerate(entries)
            ]
            ways = [("new", say("tui.home.new")), ("verify", say("tui.home.verify"))]
            chosen = self.pick(say("plain.begin"), [*options, *ways])
            try:
                if chosen == "new":
                    return self._new()
                if chosen != "verify":
                    return self.desk.open(entries[int(chosen)].path)
                self._verify()
            except Trouble as trouble:
                self.tell(say(trouble.key, **trouble.slots))

    def _new(self) -> Session:
        while not (business := self.hear(say("tui.new.business"))):
            self.tell(say("tui.new.no-name"))
        site = self.hear(say("tui.new.site"))
        assessor = self.hear(say("tui.new.assessor"))
        while True:
            try:
                return self.desk.create(business, site if "://" in site or not site else f"https://{site}", assessor)
            except Trouble as trouble:
                wrong = trouble.slots.get("key") == "site.url"
                self.tell(say("tui.new.bad-site") if wrong else say(trouble.key, **trouble.slots))
                site = self.hear(say("tui.new.site"))

    def _work(self, session: Session) -> None:
        doors: list[tuple[str, str, Callable[[Session], None]]] = [
            ("run", say("plain.run"), self._run),
            ("answer", say("plain.answer"), self._ask),
            ("board", say("plain.board"), self._board),
            ("seal", say("plain.seal"), self._seal),
            *([("drafts", say("plain.drafts"), self._drafts)] if drafts.seen(session) else []),
            *([("setup", say("plain.setup"), self._setup)] if edit.editable(session) else []),
            *([("proof", say("plain.proof"), self._proof)] if edit.editable(session) else []),
        ]
        while True:
            chosen = self.pick(
                say("plain.what"), [(name, label) for name, label, _ in doors] + [("leave", say("plain.leave"))]
            )
            if chosen == "leave":
                return
            try:
                next(call for name, _, call in doors if name == chosen)(session)
            except Trouble as trouble:
                self.tell(say(trouble.key, **trouble.slots))

    def _setup(self, session: Session) -> None:
        """The fields of the profile one after the other; an empty line keeps what is there."""
        self.tell(say("tui.setup.about"))
        values = edit.fields(session)
        for name in edit.FIELDS:
            self._field(session, name, values.get(name, ""))
        self.tell(say("tui.setup.consent"))
        options = [("yes", say("flow.yes")), ("no", say("flow.no"))]
        consent = {name: self.pick(say(f"tui.setup.{name}"), options) == "yes" for name in ("touch", "push")}
        edit.save(session, {}, consent, self.desk)
        self.tell(say("plain.setup-saved"))

    def _field(self, session: Session, name: str, value: str) -> None:
        key = name.replace(".", "-")
        while True:
            example = value or say(f"tui.setup.{key}-example")
            known = "plain.field-known" if value else "plain.field"
            typed = self.hear(say(known, label=say(f"tui.setup.{key}"), value=example))
            if not typed:
                return
            try:
                edit.save(session, {name: typed}, {}, self.desk)
            except Trouble as trouble:
                self.tell(say(trouble.key, **trouble.slots))
                continue
            return

    def _proof(self, session: Session) -> None:
        """The two pasted requests and their words; the proof itself then runs."""
        self.tell(say("tui.proof.about"))
        pasted, markers = {}, {}
        for name in ("a", "b"):
            markers[name] = self.hear(say(f"tui.proof.marker-{name}"))
            pasted[name] = self.block(say("plain.paste", label=say(f"tui.proof.curl-{name}")))
            self.tell(edit.understood(pasted[name]))
        options = [("yes", say("flow.yes")), ("no", say("flow.no"))]
        if self.pick(say("tui.proof.consent"), options) == "no":
            return
        edit.accounts(session, pasted, markers, self.desk)
        self._run(session, ("object-access",))
        for row in session.proof_rows():
            self.tell(say("tui.proof.row", **{**row, "sign": Signs.of(row["outcome"])}))

    def _run(self, session: Session, items: tuple[str, ...] = ()) -> None:
        async def follow() -> None:
            running = Running(session, items, debug=session.debug)
            async for event in running.events():
                title = session.checklist.item(event.item).title
                if isinstance(event, Began):
                    self.tell(say("tui.board.looking", item=title))
                elif isinstance(event, Ended):
                    verdict = session.judgement.verdict(event.item)
                    self.tell(f"{title}: {say(f'cli.outcome.{verdict.outcome.value}')}")

        asyncio.run(follow())

    def _board(self, session: Session) -> None:
        for verdict in session.judgement.verdicts:
            title = session.checklist.item(verdict.item).title
            self.tell(
                f"{Signs.of(verdict.outcome.value)} {title}: {say(f'cli.outcome.{verdict.outcome.value}')}, {say(f'tui.basis.{verdict.basis.value}')}"
            )
            self.tell(f"  {session.summary(verdict)}")
            if next_ := session.next_step(verdict):
                self.tell(f"  {next_}")
        decision = session.judgement.decision
        self.tell(say("tui.decision.heading", verdict=session.checklist.index.decision[decision.verdict.value].title))
        self.tell(f"  {session.verdict_text()}")
        for key, slots in decision.reasons:
            self.tell(f"  {session.checklist.reason(key, slots)}")

    def _ask(self, session: Session) -> None:
        way = flow.Flow(session)
        questions = list(way.open())
        at = 0
        while at < len(questions):
            page = way.page(questions[at])
            self.tell("")
            self.tell(say("tui.question.heading", chapter=page.chapter, number=at + 1, of=len(questions)))
            self.tell(page.question.ask)
            for line in (page.question.help, *page.seen, *page.start.splitlines()):
                if line:
                    self.tell(line)
            at = max(0, at + self.answer(way, page))
        self.tell(say("tui.question.done-plain"))

    def answer(self, way: flow.Flow, page: flow.Page) -> int:
        """Ask for one answer; 1 to go on, -1 to go back."""
        question = page.question
        while True:
            typed = self._typed(page)
            if typed == "back":
                return -1
            if typed == "skip":
                return 1
            if typed == "help":
                self.tell(say("tui.question.who", who=question.who or say("tui.question.who-unknown")))
                self.tell(question.message)
                continue
            value = self._value(page, typed)
            if value is None:
                self.tell(say("plain.not-understood"))
                continue
            more = {} if value == flow.DONT_KNOW else self._more(question)
            note = self.hear(say("tui.question.note")) if value != flow.DONT_KNOW else ""
            way.give(question, value, note=note, **more)
            return 1

    def _typed(self, page: flow.Page) -> str:
        if page.question.kind in ("text", "table"):
            if page.question.kind == "table":
                self.tell(say("tui.question.table", columns=" | ".join(page.question.columns)))
            return self.block(say("plain.block"))
        for number, (value, label) in enumerate(page.choices, 1):
            self.tell(f"  {'?' if value == flow.DONT_KNOW else number}  {label}")
        return self.hear(say("plain.choose"))

    def _value(self, page: flow.Page, typed: str) -> object | None:
        if typed == "?":
            return flow.DONT_KNOW
        if page.question.kind in ("text", "table"):
            if typed == "na":
                return flow.NOT_APPLICABLE
            return (flow.rows(page.question, typed) if page.question.kind == "table" else typed.strip()) or None
        if typed.isdigit() and 0 < int(typed) <= len(page.choices):
            return page.choices[int(typed) - 1][0]
        return None

    def _more(self, question: Question) -> dict[str, object]:
        found: dict[str, object] = {}
        if "date" in question.needs and (day := flow.day(self.hear(say("tui.question.date")))):
            found["at"] = day
        if "minutes" in question.needs:
            typed = self.hear(say("tui.question.minutes"))
            if typed.replace(".", "", 1).isdigit():
                found["minutes"] = float(typed)
        if "files" in question.needs and (typed := self.hear(say("tui.question.files"))):
            found["files"] = papers.all_handed_over(typed)
        return found

    def _drafts(self, session: Session) -> None:
        """The files that a next release needs, as drafts."""
        self.tell(say("drafts.about"))
        typed = self.hear(say("plain.drafts-where", folder=drafts.home(session)))
        if typed in ("?", "back", "help"):
            self.tell(say("plain.not-understood"))
            return
        folder = papers.path_of(typed) if typed else drafts.home(session)
        for line in [*drafts.write(session, folder), say("drafts.then")]:
            self.tell(line)

    def _seal(self, session: Session) -> None:
        place = Path(self.hear(say("tui.seal.place")) or "handover.pdf").expanduser()
        name = self.hear(say("tui.seal.name")) or session.assessment.subject.assessor
        if {str(place), name} & {"?", "back", "help"}:
            self.tell(say("plain.not-understood"))
            return
        order = papers.Order(place=place, name=name, role=session.assessment.subject.role)
        for line in papers.make(session, order, self.desk.environ):
            self.tell(line)

    def _verify(self) -> None:
        found = papers.verify(papers.path_of(self.hear(say("tui.verify.place"))), self.desk.environ)
        for line in [found.sentence, *papers.verification_lines(found)]:
            self.tell(line)
