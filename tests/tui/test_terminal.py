"""The whole road in a real terminal: look, paste, answer, die, go on, sign, verify."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
PATIENCE = 25.0
pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not on this computer")


class Terminal:
    """One tmux server of its own, one window of 100 by 32."""

    def __init__(self, place: Path) -> None:
        self._socket = str(place / "tmux")
        environ = {"HOME": place, "LAUNCH_READY_HOME": place / "home", "XDG_CONFIG_HOME": place / "config"}
        self.environ = {
            k: v for k, v in os.environ.items() if k not in ("TMUX", "NO_COLOR", "ACCESSIBLE", "COLUMNS", "LINES")
        }
        self.environ |= {k: str(v) for k, v in environ.items()}
        self.environ |= {"PYTHONPATH": str(TOP), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self.place = place

    def tmux(self, *words: str) -> str:
        command = ["tmux", "-f", os.devnull, "-S", self._socket, *words]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environ, cwd=self.place, check=False)
        return done.stdout

    def start(self, *words: str) -> None:
        self.stop()
        command = shlex.join([sys.executable, "-m", "wizard", *words])
        self.tmux("new-session", "-d", "-x", "100", "-y", "32", "-s", "t", f"exec {command}")
        self.tmux("set-option", "-t", "t", "remain-on-exit", "on")

    def stop(self) -> None:
        self.tmux("kill-server")

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "t")

    def wait(self, *words: str) -> str:
        """The screen once all of `words` stand on it, wherever its lines break."""
        return self.until(lambda text: all(word in " ".join(text.split()) for word in words), " and ".join(words))

    def until(self, holds: Callable[[str], bool], what: str) -> str:
        end = time.monotonic() + PATIENCE
        while not holds(text := self.screen()):
            assert time.monotonic() < end, f"waited for: {what}\n{text}"
            time.sleep(0.1)
        return text

    def press(self, *keys: str) -> None:
        self.tmux("send-keys", "-t", "t", *keys)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-t", "t", "-l", text)

    def paste(self, text: str) -> None:
        """As a terminal pastes: bracketed."""
        file = self.place / "pasted"
        file.write_text(text)
        self.tmux("load-buffer", "-b", "p", str(file))
        self.tmux("paste-buffer", "-p", "-r", "-b", "p", "-t", "t")

    def ended(self) -> None:
        """Wait until the program is no more."""
        self.until(lambda _: self.tmux("display-message", "-p", "-t", "t", "#{pane_dead}").strip() == "1", "the end")

    def pid(self) -> int:
        return int(self.tmux("display-message", "-p", "-t", "t", "#{pane_pid}"))

    def verify(self, pdf: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "wizard", "verify", str(pdf)]
        return subprocess.run(command, capture_output=True, text=True, env=self.environ, cwd=self.place, check=False)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path)
    yield made
    made.stop()


def curl(size: int) -> str:
    """A copied request of exactly `size` bytes on many lines."""
    head = (
        "curl 'https://app.brightside.invalid/conversations/c_1' \\\n  -H 'Authorization: Bearer " + "t" * 40 + "' \\\n"
    )
    line = "  -H 'x-{:05d}: " + "y" * 60 + "' \\\n"
    lines = "".join(line.format(n) for n in range((size - len(head)) // len(line.format(0)) - 1))
    end = "  -H 'x-end: {}'"
    text = head + lines
    return text + end.format("z" * (size - len(text) - len(end.format(""))))


def test_the_demo_opens_and_checks_an_item(terminal: Terminal) -> None:
    terminal.start("demo")
    terminal.wait("Only your site may call the API", "R runs the checks")
    for _ in range(5):
        terminal.press("Down")
    terminal.press("Enter")
    terminal.wait("Only your site may call the API: ", "Why it matters")
    terminal.press("r")
    terminal.wait("came to their end", ": fail")
    terminal.press("Escape")
    terminal.wait("mend it: Enter")
    terminal.press("C-q")
    terminal.ended()
    assert not list((terminal.place / "home").glob("demo-*"))


def test_the_whole_road_survives_a_kill(terminal: Terminal) -> None:
    terminal.start()
    terminal.wait("New: check my own product")
    terminal.press("n")
    terminal.wait("Name of the business")
    for text in ("Brightside Coaching", "app.brightside.invalid"):
        terminal.type(text)
        terminal.press("Tab")
    terminal.type("Ada Osei")
    terminal.press("Tab", "Tab", "Tab", "Enter")
    terminal.wait("R runs the checks")

    pasted = curl(65536)
    assert len(pasted.encode()) == 65536
    terminal.press("p")
    terminal.wait("First client: paste")
    terminal.type("amber4821 otter7730")
    terminal.press("Tab")
    terminal.paste(pasted)
    terminal.wait("Understood: GET https://app.brightside.invalid", "more. Secrets")
    terminal.press("Tab")
    terminal.type("birch5512 heron9046")
    terminal.press("Tab")
    terminal.paste(curl(300).replace("c_1'", "c_2'"))
    terminal.wait("conversations/c_2, with")
    terminal.press("C-s")
    terminal.wait("came to their end")
    (kept,) = (terminal.place / "home").glob("*/a.curl")
    assert kept.read_text() == pasted
    assert kept.stat().st_mode & 0o077 == 0

    terminal.press("Escape")
    terminal.wait("What to do")
    terminal.press("a")
    terminal.wait("question 1 of", "I don't know")
    time.sleep(0.5)  # the list is painted a moment before it has the keyboard
    terminal.press("?")
    terminal.wait("question 2 of")
    os.kill(terminal.pid(), signal.SIGKILL)
    terminal.ended()

    terminal.start()
    terminal.wait("Go on: Brightside Coaching")
    terminal.press("Enter")
    terminal.wait("Picked up where you left off", "What to do")
    terminal.press("a")
    assert "question 1 of" in terminal.wait("question 1 of")
    journal = (kept.parent / "assessment.json").read_text() + "".join(
        path.read_text() for path in kept.parent.glob("journal.jsonl")
    )
    assert journal.count('"dont-know"') == 1

    terminal.press("Escape")
    terminal.wait("What to do")
    terminal.press("s")
    terminal.wait("Where to write the PDF", "Write and sign")
    terminal.press("Enter")
    terminal.wait("Written: ", "signed")
    done = terminal.verify(terminal.place / "handover.pdf")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ada Osei" in done.stdout
