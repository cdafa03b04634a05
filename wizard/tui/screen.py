"""What every screen shares: the bar on top, the body, the line of notes, the keys; and the way to the session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from wizard.session import Session
from wizard.tui.door import Door
from wizard.tui.widgets.keys import Key, Keys
from wizard.words import say

if TYPE_CHECKING:
    from wizard.tui.app import Wizard

LEAST = (60, 20)
HALF = 100
WIDE = 118
_NAMES = {"question_mark": "?", "colon": ":", "escape": "esc"}


def name_of(key: str) -> str:
    """A key as people write it: esc, ?, ^s."""
    return _NAMES.get(key, key.replace("ctrl+", "^"))


class Leaf(Screen[None]):
    """A screen of the wizard. Subclasses give `heading` and `content`; text goes through `door` alone."""

    BINDINGS = [  # before the fields get them: what is typed right after a Tab must not land in the field before
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]
    AUTO_FOCUS = ""  # `ready` says where a person begins; the toolkit would scroll there before anything has its place
    scrolls = True
    typing = False
    """Whether the screen has fields to type into: single letters then belong to the fields."""

    _seen = False

    @property
    def wizard(self) -> Wizard:
        """The application."""
        from wizard.tui.app import Wizard  # noqa: PLC0415  app imports its screens

        assert isinstance(self.app, Wizard)
        return self.app

    @property
    def session(self) -> Session:
        """The assessment in hand."""
        return self.wizard.session

    @property
    def door(self) -> Door:
        """The door that text goes through."""
        return self.wizard.door

    def heading(self) -> str:
        """The text of the bar."""
        return ""

    def more_help(self) -> str:
        """What the help sheet says beside the keys."""
        return ""

    def content(self) -> Iterable[Widget]:
        """The body's widgets."""
        return ()

    def compose(self) -> ComposeResult:
        """Bar, body, notes, keys; and the sentence for a terminal that is too small."""
        with Horizontal(id="bar"):
            yield Static(self.door.text(self.heading()), id="title", markup=False)
            yield Static(self._mark(), id="mark", markup=False)
        if self.scrolls:
            with VerticalScroll(id="body", can_focus=not self.typing):
                yield from self.content()
        else:
            yield from self.content()
        yield Static("", id="note", markup=False)
        yield Keys(self._keys(), self._always())
        yield Static(say("tui.too-small", width=LEAST[0], height=LEAST[1]), id="small", markup=False)

    def note(self, text: str) -> None:
        """Show a line above the keys."""
        self.query_one("#note", Static).update(self.door.text(text))

    def fit(self) -> None:
        """Fit the screen to the terminal: a side panel when wide, one sentence when too small."""
        size = self.app.size
        self.set_class(size.width < LEAST[0] or size.height < LEAST[1], "-tiny")
        self.set_class(size.width >= HALF, "-half")
        self.set_class(size.width >= WIDE, "-wide")

    def on_resize(self) -> None:
        """Fit the screen to the terminal anew."""
        self.fit()

    def on_screen_resume(self) -> None:
        """Show what changed while another screen was on top."""
        self.fit()
        if self._seen:
            self.show_bar()
            self.fresh()
        self._seen = True

    def fresh(self) -> None:
        """Show the session's present state; subclasses that show any override it."""

    def ready(self) -> None:
        """Fill in what `compose` left empty and put the focus where a person begins."""
        if not self.typing:
            self.query_one("#body").focus()

    def begin(self, widget: Widget) -> None:
        """Give `widget` the keyboard. What stands above it stays in sight where that is possible: the places are known after a paint."""
        widget.focus(scroll_visible=False)
        self.call_after_refresh(widget.scroll_visible, animate=False)

    def redraw(self) -> None:
        """Compose the screen anew and make it ready."""
        self.refresh(recompose=True)
        self.call_after_refresh(self.ready)

    def on_mount(self) -> None:
        """Get ready; keep the clock of a handover session going."""
        if self._with_clock():
            self.set_interval(10.0, self.show_bar)
        self.ready()

    def show_bar(self) -> None:
        """Show the bar anew: the heading, and at its right end the marks."""
        self.query_one("#title", Static).update(self.door.text(self.heading()))
        self.query_one("#mark", Static).update(self._mark())

    def _mark(self) -> str:
        marks = [say("tui.presenting")] if self.door.presenting else []
        return "  ".join(["", *marks, *([self.wizard.elapsed()] if self._with_clock() else [])])

    def _with_clock(self) -> bool:
        return self.wizard.has_session and self.session.assessment.subject.role == "consultant"

    def _keys(self) -> list[Key]:
        found: list[Key] = []
        for key, bound in self._bindings.key_to_bindings.items():
            found += [(key, name_of(key), one.description, one.action) for one in bound if one.show and one.description]
        return found

    def _always(self) -> list[Key]:
        more = ("ctrl+p", "^p", say("tui.keys.all-keys"), "app.command_palette")
        if not self.typing:
            more = ("question_mark", "?", say("tui.keys.help"), "app.help")
        return [more, ("ctrl+q", "^q", say("tui.keys.quit"), "app.quit")]
