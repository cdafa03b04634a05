"""Sheets on top of a screen: the keys of this screen, a text to read, the words explained."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Static

from wizard.tui.screen import name_of
from wizard.words import say

Key = tuple[str, str, str]


def keys_of(screen: Screen[Any]) -> list[Key]:
    """(key, what it does, action) of everything of ours that can be done on a screen, the screen's own first."""
    found: dict[str, Key] = {}
    for source in (screen, screen.app):
        own = {b.action for b in type(source).BINDINGS if isinstance(b, Binding)}
        for key, binding in source._bindings.key_to_bindings.items():
            for one in binding:
                if one.description and one.action in own:
                    found.setdefault(one.action, (name_of(key), one.description, one.action))
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
            yield Static(self._text, classes="passage", markup=False)
            yield Button(say("tui.keys.close"), id="close")

    def on_button_pressed(self) -> None:
        """Close it."""
        self.dismiss()

    def action_close(self) -> None:
        """Close it."""
        self.dismiss()


class Help(Sheet):
    """The keys of the screen below, and what else there is to say about it."""

    def __init__(self, keys: list[Key], more: str = "") -> None:
        lines = [say("tui.help.about"), "", *(f"  {key:<6} {words}" for key, words, _ in keys)]
        super().__init__("\n".join([*lines, *(["", more] if more else [])]))
