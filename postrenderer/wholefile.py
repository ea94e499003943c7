"""A file that is written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress

FOR_OWNER = 0o600
"""The permissions of a file that only its owner can read and write."""


def write(path: str, content: str | bytes, mode: int | None = FOR_OWNER) -> None:
    """Put a new file in the place of the old one, if there is one.

    A symbolic link is replaced and not followed.

    Args:
        path: the file.
        content: what it will hold; a text as UTF-8, in which lone surrogates become `?`.
        mode: its permissions; None for those that the system gives to new files.

    Raises:
        OSError: it cannot be written. The old file stays, and nothing lies beside it, nor does after an interrupt.
    """
    partial = f"{path}.{os.urandom(8).hex()}.part"
    data = content if isinstance(content, bytes) else content.encode(errors="replace")
    try:
        with open(partial, "xb", opener=None if mode is None else _for_owner) as file:
            file.write(data)
        if mode is not None and mode != FOR_OWNER:
            os.chmod(partial, mode)
        os.replace(partial, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(partial)
        raise


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, FOR_OWNER)
