"""The folder of the files: `files/ab/cd/<key>` below the instance folder, which no server serves.

A key is drawn, and ends in the name of the table whose rows may refer to it: so that a part of
Bureau that is not loaded never loses files that nobody seems to need.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import current_app

KEY = re.compile(r"[0-9a-f]{40}\.[a-zA-Z0-9_]{1,80}")
_UNFINISHED = ".new-"


def write(content: bytes, table: str) -> str:
    """Store a file for the rows of a table, and give its key; it is on the disk when this ends."""
    key = f"{secrets.token_hex(20)}.{table}"
    path = path_of(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return key


def path_of(key: str) -> Path:
    """Where the file with this key lies; raises `ValueError` for what cannot be a key."""
    if not KEY.fullmatch(key):
        raise ValueError("not the key of a file")
    return root() / key[:2] / key[2:4] / key


def is_there(key: str) -> bool:
    """Whether the file is still kept."""
    return path_of(key).is_file()


def touch(key: str) -> bool:
    """Say that the file is needed now; gives whether it is still kept."""
    try:
        os.utime(path_of(key))
    except FileNotFoundError:
        return False
    return True


def delete(key: str) -> None:
    """Delete a file for good."""
    path_of(key).unlink(missing_ok=True)


def unused_since(moment: float) -> Iterator[Path]:
    """The files, finished or not, that nobody has needed since a moment."""
    for path in root().glob("??/??/*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < moment:
                yield path


def delete_unless_used(path: Path, moment: float) -> bool:
    """Delete a file of the folder, unless somebody has needed it since; gives whether it went."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_mtime < moment:
            path.unlink()
            return True
    return False


def is_finished(path: Path) -> bool:
    """Whether a file of the folder was written to its end."""
    return not path.name.startswith(_UNFINISHED)


def root() -> Path:
    """The folder of all files."""
    return Path(current_app.config["BUREAU_INSTANCE"]) / "files"


def _sync_folder(folder: Path) -> None:
    """Write the name of a new file to the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
