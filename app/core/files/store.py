"""The folder of the files: `files/ab/cd/<key>` below the instance folder, which no server serves.

A key is drawn, and ends in the name of the table whose rows may refer to it: so that a part of
Bureau that is not loaded never loses files that nobody seems to need.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import current_app

KEY = re.compile(r"[0-9a-f]{40}\.[a-zA-Z0-9_]{1,80}")
_UNFINISHED = ".new-"
_DERIVED = "~"
"""What stands between the key of a file and the name of something that was made of it."""


def write(content: bytes, table: str) -> str:
    """Store a file for the rows of a table, and give its key; it is on the disk when this ends."""
    key = f"{secrets.token_hex(20)}.{table}"
    path = path_of(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_whole(path, content)
    _sync_folder(path.parent)
    return key


def derived(key: str, name: str, make: Callable[[bytes], bytes]) -> Path:
    """Where something made of a file lies; `make` makes it of the content when it is not there.

    It goes with the file. Of many who ask at once one makes it, in whichever process, and the
    others wait. Raises `FileNotFoundError` where the file is no longer kept.
    """
    original = path_of(key)
    path = original.with_name(f"{key}{_DERIVED}{name}")
    if not path.exists():
        with original.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not path.exists():
                _write_whole(path, make(file.read()))
    return path


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
    """Delete a file for good, and what was made of it."""
    _delete(path_of(key))


def unused_since(moment: float) -> Iterator[Path]:
    """The files, finished or not, that nobody has needed since a moment.

    What was made of a file is as old as it likes, and goes with it.
    """
    for path in root().glob("??/??/*"):
        if _DERIVED in path.name:
            continue
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < moment:
                yield path


def delete_unless_used(path: Path, moment: float) -> bool:
    """Delete a file of the folder, unless somebody has needed it since; gives whether it went."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_mtime < moment:
            _delete(path)
            return True
    return False


def is_finished(path: Path) -> bool:
    """Whether a file of the folder was written to its end."""
    return not path.name.startswith(_UNFINISHED)


def root() -> Path:
    """The folder of all files."""
    return Path(current_app.config["BUREAU_INSTANCE"]) / "files"


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there either as a whole or not at all."""
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


def _delete(path: Path) -> None:
    path.unlink(missing_ok=True)
    for made in path.parent.glob(f"{path.name}{_DERIVED}*"):
        made.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Write the name of a new file to the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
