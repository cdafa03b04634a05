"""The wizard's application: the session in hand, the run that goes on, the keys that work everywhere. Screens do the showing."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from rich.text import Text
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
from wizard.session.runs import Said
from wizard.session.titles import glossary
from wizard.store import write_whole
from wizard.tui.door import Door
from wizard.tui.screen import Leaf
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
        self._sources: dict[Path, Path] = {}

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
        if isinstance(self.screen, Leaf):
            self.screen.note(say("tui.demo-starting"))
        try:
            async with self._demo(self.desk) as session:
                if session.folder is not None and session.source is not None:
                    self._sources = {session.folder.path: session.source}
                self.take(session)
                await self._over.wait()
        except Trouble as trouble:
            self.trouble(trouble)
        finally:
            self._sources = {}

    @property
    def demo_runs(self) -> bool:
        """Whether the made-up business is running."""
        return bool(self._sources)

    def demo(self) -> None:
        """The made-up business: start it, or go on with it while it runs."""
        running = next(iter(self._sources), None)
        if running is None:
            self.start_demo()
        else:
            self.resume(running)

    def resume(self, path: Path) -> bool:
        """Go on with the assessment in the folder `path`; False, with the reason on the screen, when that cannot be."""
        try:
            session = self.desk.open(path)
            if path in self._sources:
                session.source = self._sources[path]
                self.desk.read_profile(session)
        except Trouble as trouble:
            self.trouble(trouble)
            return False
        self.take(session)
        return True

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
            stopped = self.running is not None and self.running.stopped
            self.running = None
            for screen in self.screen_stack:
                if isinstance(screen, Board):
                    screen.run_ended(stopped=stopped)
            if isinstance(self.screen, Leaf) and not isinstance(self.screen, Board):
                self.screen.fresh()
                self.screen.call_after_refresh(self.screen.note, say("tui.ran"))

    def _tell(self, event: Event) -> None:
        """Tell the scoreboard of an event, and the screen on top of what it says."""
        for screen in self.screen_stack:
            if isinstance(screen, Board):
                screen.told(event)
        if isinstance(event, Said) and isinstance(self.screen, Leaf) and not isinstance(self.screen, Board):
            self.screen.note(f"{self.session.checklist.item(event.item).title}: {event.line}")

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
        if isinstance(self.screen, Leaf):
            self.push_screen(Help(keys_of(self.screen), self.screen.more_help()))

    def action_words(self) -> None:
        """Explain the special words on this page."""
        shown = "\n".join(str(widget.visual) for widget in self.screen.query(Static))
        found = glossary(load(), shown)
        text = "\n\n".join(f"{word}\n  {meaning}" for word, meaning in found) or say("tui.no-glossary")
        self.push_screen(Sheet(self.door.text(text)))

    def action_present(self) -> None:
        """Presenter mode on or off: names, hosts and ids are masked on every screen."""
        self.door.presenting = not self.door.presenting
        self.refresh_screens()

    def refresh_screens(self) -> None:
        """Show the screen anew; those below do so when they come back."""
        if isinstance(self.screen, Leaf) and not self.screen.typing:
            self.screen.redraw()

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

    def _fatal_error(self) -> None:
        """Our bug: say so in a sentence. The toolkit's own page shows local variables, among them what stands in the environment."""
        error = self._exception
        place = self.desk.home / "crash.log"
        lines = traceback.format_exception(error) if error is not None else []
        write_whole(place, "".join(lines).encode("utf-8", "replace"))
        self._exit_renderables.append(Text(say("tui.crash", error=type(error).__name__, file=place)))
        self._close_messages_no_wait()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the screen, in the palette."""
        for key, words, action in keys_of(screen):
            yield SystemCommand(
                f"{words} ({key})", "", lambda action=action: screen.call_later(self.run_action, action, screen)
            )
