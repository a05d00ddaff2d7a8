"""A text in the user's own editor: for values too long to type into a field."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_USUAL = ("nano", "vim", "vi")


class OutsideError(Exception):
    """The text could not be edited; the message says why, and where it is kept if it was changed."""


def editor_command(environment: Mapping[str, str] = os.environ) -> list[str]:
    """VISUAL, else EDITOR, else an editor that most systems have; as a command with its options."""
    for name in ("VISUAL", "EDITOR"):
        if words := environment.get(name, "").strip():
            try:
                return shlex.split(words)
            except ValueError as error:
                raise OutsideError(f"{name} can't be understood: {error}.") from error
    found = next((editor for editor in _USUAL if shutil.which(editor)), None)
    if found is None:
        raise OutsideError("Set EDITOR to the command of your editor.")
    return [found]


def edit_outside(text: str, suffix: str, command: Sequence[str]) -> str:
    """Give `text` to an editor in a file that only this user can read, and return what became of it.

    Blocks until the editor is closed. The file is removed, unless what is in it can't be read.

    Raises:
        OutsideError: no such command, the editor failed, or it wrote no UTF-8.
    """
    handle, name = tempfile.mkstemp(prefix="forkpoint-", suffix=suffix)
    path = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    keep = False
    try:
        code = subprocess.call([*command, name])  # noqa: S603 - the user's own editor, without a shell
        if code:
            raise OutsideError(f"{command[0]} ended with code {code}: the text is as it was.")
        # Bytes, because reading as text would change line ends.
        edited = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise OutsideError(f"{command[0]} can't be started: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        keep = True
        raise OutsideError(f"What {command[0]} wrote is not UTF-8. It is kept in {name}.") from error
    finally:
        if not keep:
            path.unlink(missing_ok=True)
    # Editors end the last line; the text had none, or it would be there twice.
    return edited if text.endswith("\n") else edited.removesuffix("\n")
