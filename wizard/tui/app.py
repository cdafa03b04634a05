"""The wizard's application: the session in hand, the run that goes on, the keys that work everywhere. Screens do the showing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Static

from wizard.checklist import load
from wizard.model import Trouble
from wizard.session import Event, Running, Session
from wizard.session.desk import Desk
from wizard.session.runs import Ended
from wizard.session.titles import glossary
from wizard.tui.door import Door
from wizard.tui.screens.board import Board
from wizard.tui.screens.home import Home
from wizard.tui.screens.sheet import Help, Sheet, keys_of
from wizard.words import say

THEME = Theme(
    name="launch",
    primary="#4f9cff",
    secondary="#8fb8e8",
    accent="#ffb454",
    warning="#ffb454",
    error="#ffb454",
    success="#6cb6ff",
    foreground="#e8edf2",
    background="#101722",
    surface="#18212e",
    panel="#1f2a3a",
    dark=True,
)


Demo = Callable[[Desk], AbstractAsyncContextManager[Session]]
"""Starts the made-up business and gives an assessment of it; it lives as long as the block."""


class Wizard(App[None]):
    """The wizard in a terminal. `demo` starts the made-up business; with `begin` it is started at once."""

    CSS_PATH = "style.tcss"
    TITLE = "Launch Ready"
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS = [
        Binding("ctrl+q", "quit", say("tui.keys.quit"), priority=True),
        Binding("f1", "help", show=False),
        Binding("question_mark", "help", say("tui.keys.help"), show=False),
        Binding("colon", "command_palette", show=False),
        Binding("v", "present", say("tui.keys.present"), show=False),
        Binding("h", "words", say("tui.keys.glossary"), show=False),
        Binding("g", "hub", say("tui.keys.hub"), show=False),
    ]

    def __init__(self, desk: Desk, demo: Demo | None = None, *, begin: bool = False) -> None:
        super().__init__()
        self.desk = desk
        self.door = Door()
        self.running: Running | None = None
        self._session: Session | None = None
        self._demo = demo
        self._begin = begin
        self._opened = time.monotonic()
        self._over = asyncio.Event()

    @property
    def session(self) -> Session:
        """The assessment in hand."""
        if self._session is None:
            raise Trouble("tui.no-session")
        return self._session

    @property
    def has_session(self) -> bool:
        """Whether an assessment is in hand."""
        return self._session is not None

    def on_mount(self) -> None:
        """Paint at once; whatever takes time comes after."""
        self.register_theme(THEME)
        self.theme = "launch"
        self.push_screen(Home())
        if self._begin:
            self.start_demo()

    @work(exclusive=True, group="demo")
    async def start_demo(self) -> None:
        """Start the made-up business, open an assessment of it, and keep it running until the wizard ends."""
        if self._demo is None:
            return
        self.notify(say("tui.demo-starting"), markup=False)
        try:
            async with self._demo(self.desk) as session:
                self.take(session)
                await self._over.wait()
        except Trouble as trouble:
            self.trouble(trouble)

    def elapsed(self) -> str:
        """Time of day and minutes since the wizard opened, for a session with a client."""
        return say("tui.clock", now=time.strftime("%H:%M"), minutes=int((time.monotonic() - self._opened) / 60))

    def take(self, session: Session) -> None:
        """Take an assessment in hand and show its scoreboard."""
        self.drop()
        self._session = session
        subject = session.assessment.subject
        self.door.know((subject.business, subject.product, subject.assessor))
        self.push_screen(Board())

    def drop(self) -> None:
        """Let go of the assessment in hand; everything is on disk already."""
        if self.running is not None:
            self.running.halt()
        if self._session is not None and self._session.folder is not None:
            self._session.save()
            self._session.folder.close()
        self._session = None

    @work(exclusive=True, group="run")
    async def run_checks(self, items: tuple[str, ...] = (), *, quick: bool = False) -> None:
        """Run checks; the scoreboard is told of each event."""
        if self.running is not None:
            return
        try:
            self.running = Running(self.session, items, quick=quick, debug=self.session.debug)
            async for event in self.running.events():
                self._tell(event)
        except Trouble as trouble:
            self.trouble(trouble)
        finally:
            self.running = None
            for screen in self.screen_stack:
                if isinstance(screen, Board):
                    screen.run_ended()

    def _tell(self, event: Event) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Board):
                screen.told(event)
        if isinstance(event, Ended) and not isinstance(self.screen, Board):
            fresh = getattr(self.screen, "fresh", None)
            if fresh is not None and not getattr(self.screen, "typing", False):
                fresh()

    def trouble(self, trouble: Trouble) -> None:
        """Show what went wrong, in its one sentence."""
        text = say(trouble.key, **trouble.slots)
        self.notify(self.door.text(text), severity="warning", timeout=12, markup=False)

    def saved_copy(self, text: str, name: str) -> None:
        """Copy to the clipboard, and to a file beside the assessment, since not every terminal lets us copy."""
        self.copy_to_clipboard(text)
        folder = self.session.folder.path if self.has_session and self.session.folder else Path.cwd()
        path = folder / name
        path.write_text(text + "\n", encoding="utf-8")
        self.notify(self.door.text(say("tui.copied", file=path)), timeout=8, markup=False)

    def action_help(self) -> None:
        """Say what can be done on this screen."""
        if not isinstance(self.screen, Help):
            self.push_screen(Help(keys_of(self.screen)))

    def action_words(self) -> None:
        """Explain the special words on this page."""
        shown = "\n".join(str(widget.visual) for widget in self.screen.query(Static))
        found = glossary(load(), shown)
        text = "\n\n".join(f"{word}\n  {meaning}" for word, meaning in found) or say("tui.no-glossary")
        self.push_screen(Sheet(self.door.text(text)))

    def action_present(self) -> None:
        """Presenter mode on or off: names, hosts and ids are masked on every screen."""
        self.door.presenting = not self.door.presenting
        self.title = "Launch Ready"
        self.refresh_screens()

    def refresh_screens(self) -> None:
        """Show every screen anew."""
        self.screen.refresh(recompose=True)

    def action_hub(self) -> None:
        """Back to the scoreboard."""
        while self.has_session and len(self.screen_stack) > 2 and not isinstance(self.screen, Board):
            self.pop_screen()

    async def action_quit(self) -> None:
        """Leave; everything is on disk already."""
        self.drop()
        self._over.set()
        await self.workers.wait_for_complete([w for w in self.workers if w.group == "demo"])
        self.exit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the screen, in the palette."""
        for key, words, action in keys_of(screen):
            yield SystemCommand(
                f"{words} ({key})", "", lambda action=action: screen.call_later(self.run_action, action, screen)
            )
