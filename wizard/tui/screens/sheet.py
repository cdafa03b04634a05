"""Sheets on top of a screen: the keys of this screen, a text to read, the words explained, a question with yes and no."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Static

from wizard.words import say

Key = tuple[str, str, str]
_NAMES = {"question_mark": "?", "colon": ":", "escape": "esc"}


def keys_of(screen: Screen[object]) -> list[Key]:
    """(key, what it does, action) of everything that can be done on a screen, the screen's own first."""
    found: dict[str, Key] = {}
    for source in (screen, screen.app):
        for key, binding in source._bindings.key_to_bindings.items():
            for one in binding:
                if one.description:
                    found.setdefault(one.action, (_NAMES.get(key, key), one.description, one.action))
    return list(found.values())


class Sheet(ModalScreen[None]):
    """A text on top of the screen; any of esc, enter and q closes it."""

    BINDINGS = [Binding("escape,enter,q", "close", say("tui.keys.close"))]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """The text and one button."""
        with VerticalScroll(id="sheet"):
            yield Static(self._text, markup=False)
            yield Static("")
            yield Button(say("tui.keys.close"), id="close")

    def on_button_pressed(self) -> None:
        """Close it."""
        self.dismiss()

    def action_close(self) -> None:
        """Close it."""
        self.dismiss()


class Help(Sheet):
    """The keys of the screen below."""

    def __init__(self, keys: list[Key]) -> None:
        super().__init__("\n".join([say("tui.help"), "", *(f"  {key:<8} {words}" for key, words, _ in keys)]))


class Ask(ModalScreen[bool]):
    """A question with yes and no."""

    BINDINGS = [Binding("escape,n", "no", say("flow.no")), Binding("y", "yes", say("flow.yes"))]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """The question and two buttons."""
        with VerticalScroll(id="sheet"):
            yield Static(self._text, markup=False)
            yield Static("")
            with Horizontal(classes="row"):
                yield Button(say("flow.yes"), id="yes", variant="primary")
                yield Button(say("flow.no"), id="no")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The answer."""
        self.dismiss(event.button.id == "yes")

    def action_yes(self) -> None:
        """Yes."""
        self.dismiss(True)

    def action_no(self) -> None:
        """No."""
        self.dismiss(False)
