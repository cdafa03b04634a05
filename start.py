#!/usr/bin/env python3
"""Set Launch Ready up in `.venv` beside this file, once, then run it: ``python3 start.py demo``, ``python3 start.py test``.

Standard library only. Exit codes are those of the command that runs; 4 when the set-up cannot be done.
"""

from __future__ import annotations  # an older Python must get as far as the line that tells it so

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
NEEDS = (3, 11)
MSYS_PANGO = Path("C:/msys64/ucrt64/bin/libpango-1.0-0.dll")
PANGO_DEBIAN = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]

OLD_PYTHON = (
    "Launch Ready needs Python 3.11 or newer; this is {have}. Install a newer one, then run this again with it."
)
NO_VENV = "This Python cannot make its own folder for packages. Do this once, then run the same command again:\n  {how}"
NO_PANGO = "The PDF part needs Pango, which is not on this computer. All else works without it. To add it:\n  {how}"
FAILED = "The set-up did not finish ({step}). The lines above say why. Nothing outside {venv} was changed."
STOPPED = "Stopped. Run the same command again to go on."
SETTING_UP = "Setting up in {venv} (once, about a minute) ..."

VENV_HOW = {
    "debian": "sudo apt install python3-venv",
    "mac": "brew install python",
    "windows": 'run the Python installer again, choose "Modify" and tick "pip"',
    "other": "install the venv and pip parts of Python with your package manager",
}
PANGO_HOW = {
    "debian": "sudo apt install " + " ".join(PANGO_DEBIAN),
    "fedora": "sudo dnf install pango",
    "mac": "brew install pango",
    "windows": "in MSYS2: pacman -S mingw-w64-ucrt-x86_64-pango",
    "other": "install the package that is called pango",
}


def say(text: str, **slots: object) -> None:
    """Tell the person something, on standard error: standard output belongs to the command."""
    print(text.format(**slots), file=sys.stderr, flush=True)


def system() -> str:
    """Return debian, fedora, mac, windows or other."""
    if sys.platform == "darwin":
        return "mac"
    if sys.platform == "win32":
        return "windows"
    if shutil.which("apt-get"):
        return "debian"
    return "fedora" if shutil.which("dnf") else "other"


def may_install() -> bool:
    """Root on a system with apt-get (a container, CI): there the set-up may add packages itself."""
    return system() == "debian" and hasattr(os, "geteuid") and os.geteuid() == 0


def apt(*packages: str) -> bool:
    """Install Debian packages; tell which."""
    say("Installing {names} ...", names=" ".join(packages))
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
    for arguments in ([*quiet, "update"], [*quiet, "install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *arguments], env=environment, stdout=sys.stderr, check=False)
    return done.returncode == 0


def ensure_venv_parts() -> bool:
    """Whether venv and ensurepip are there, after installing them where that is allowed."""
    probe = [sys.executable, "-c", "import venv, ensurepip"]
    if subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode == 0:
        return True
    version = "python{}.{}-venv".format(*sys.version_info[:2])
    if may_install() and (apt(version) or apt("python3-venv")):
        return subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode == 0
    say(NO_VENV, how=VENV_HOW.get(system(), VENV_HOW["other"]))
    return False


def has_pango() -> bool:
    """Whether the libraries that draw the PDF's text are here; on Windows they are looked for where MSYS2 puts them."""
    if system() == "windows":
        return MSYS_PANGO.is_file() or bool(find_library("libpango-1.0-0"))
    return bool(find_library("pango-1.0") and find_library("pangoft2-1.0"))


def ensure_pango() -> None:
    """Pango is asked for, not required: without it there is no PDF, and the person is told."""
    if has_pango():
        return
    if may_install() and apt(*PANGO_DEBIAN):
        return
    say(NO_PANGO, how=PANGO_HOW.get(system(), PANGO_HOW["other"]))


def python_of(venv: Path) -> Path:
    """The interpreter inside a virtual environment."""
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def stamp(extra: str) -> str:
    """What the environment was made from: interpreter, project file, extra."""
    made_of = platform.python_version().encode() + (HERE / "pyproject.toml").read_bytes() + extra.encode()
    return hashlib.sha256(made_of).hexdigest()


def current(extra: str) -> bool:
    """Whether the environment already holds what is asked for; the test extra holds all."""
    mark = VENV / "launch-ready.stamp"
    known = mark.read_text().split() if mark.is_file() else []
    return python_of(VENV).is_file() and (stamp(extra) in known or stamp("test") in known)


def install(extra: str) -> bool:
    """Make `.venv` and install the project into it; the stamp is written last."""
    say(SETTING_UP, venv=VENV)
    target = f"{HERE}[{extra}]" if extra else str(HERE)
    uv = shutil.which("uv")
    inside = str(python_of(VENV))
    if uv:
        steps = [[uv, "venv", "-q", "--allow-existing", "--python", sys.executable, str(VENV)]]
        steps += [[uv, "pip", "install", "-q", "--python", inside, "-e", target]]
    else:
        steps = [[sys.executable, "-m", "venv", str(VENV)]]
        steps += [[inside, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-e", target]]
    for step in steps:
        if subprocess.run(step, stdout=sys.stderr, check=False).returncode != 0:
            say(FAILED, step=" ".join(Path(word).name for word in step[:4]), venv=VENV)
            return False
    (VENV / "launch-ready.stamp").write_text(stamp(extra) + "\n")
    return True


def run(command: list[str]) -> int:
    """Run a command in place of this one where the system can, else wait for it."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606  the interpreter of our own environment
    return subprocess.run(command, check=False).returncode


def main(arguments: list[str]) -> int:
    """Set up if need be, then run the tests or the wizard with `arguments`."""
    if sys.version_info < NEEDS:
        say(OLD_PYTHON, have=platform.python_version())
        return 4
    testing = arguments[:1] == ["test"]
    extra = "test" if testing else ""
    if not current(extra):
        if not ensure_venv_parts():
            return 4
        ensure_pango()
        if not install(extra):
            return 4
    inside = str(python_of(VENV))
    if testing:
        os.chdir(HERE)
        return run([inside, "-m", "pytest", *arguments[1:]])
    return run([inside, "-m", "wizard", *arguments])


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say(STOPPED)
        raise SystemExit(130) from None
