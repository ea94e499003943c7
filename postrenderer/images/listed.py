"""A list of references, one a line, as `--list` takes it."""

from __future__ import annotations

from postrenderer.errors import AcregError
from postrenderer.images.reference import InvalidReferenceError, parse


def references(raw: bytes) -> list[tuple[int, str]]:
    """Read a list; empty lines and what follows a `#` do not count.

    Returns:
        Each reference with the number of its line, from 1.

    Raises:
        AcregError: it is not UTF-8, or a line is no reference.
    """
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise AcregError(
            "The list is not UTF-8 text. PowerShell's `>` writes UTF-16: use `| Out-File -Encoding utf8` there."
        ) from None
    numbered = [(number, line.partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
    found = [(number, reference) for number, reference in numbered if reference]
    for number, reference in found:
        _check(number, reference)
    return found


def _check(number: int, reference: str) -> None:
    try:
        parse(reference)
    except InvalidReferenceError as error:
        raise AcregError(
            f"Line {number} of the list, `{reference}`, is not a valid reference: {error.reason}. Correct it or remove"
            " it."
        ) from None
