"""`acreg diff`: what `acreg render` would change, as a unified diff."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.cli import inputs, mask, show
from postrenderer.cli.arguments import Parser
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.errors import AcregError, SettingsError
from postrenderer.settings.lockfile import pinned
from postrenderer.text import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

_DESCRIPTION = """\
Show what `acreg render` would change, as a unified diff, coloured on a terminal. Values of Secrets are shown as ***.
`acreg diff upgrade` runs the plugin helm-diff with every image on the private registry."""

_EXAMPLES = """\
examples:
  helm acreg diff --chart appcircle/appcircle -f values.yaml
  helm acreg diff --release appcircle-server -n appcircle
  helm template appcircle appcircle/appcircle -f values.yaml | helm acreg diff --values values.yaml

exit codes: 0; 1 the manifests cannot be processed as asked, 2 wrong usage or settings, 3 internal error. With
--exit-code like diff: 0 nothing would change, 1 something would, 2 or more an error."""

_STYLES = {"--- rendered": "bold", "+++ private": "bold", "@@": "cyan", "-": "red", "+": "green"}
_CONTEXT = 3


def main(argv: list[str]) -> int:
    """Print the diff."""
    if argv[:1] == ["upgrade"]:
        from postrenderer.cli import release  # noqa: PLC0415  # the diff of acreg itself runs no Helm

        return release.diff(argv[1:])
    parser = Parser("acreg diff", f"[--exit-code] [SETTINGS] {inputs.WHERE}", _DESCRIPTION, _EXAMPLES)
    parser.actions = ("upgrade",)
    parser.add_argument("--exit-code", action="store_true", help="exit with code 1 if anything would change, like diff")
    parser.add_argument("--show-secrets", action="store_true", help="show the values of Secrets too")
    request = inputs.parse(parser, argv)
    try:
        lines = difference(request)
    except AcregError as error:
        if request.flags["exit_code"]:
            error.exit_code = max(error.exit_code, SettingsError.exit_code)  # 1 says something else
        raise
    for line in lines:
        if show.is_terminal():
            show.styled(line, next((style for start, style in _STYLES.items() if line.startswith(start)), ""))
        else:  # for `patch`
            show.write(line)
    if not request.flags["show_secrets"] and any(line.endswith(mask.MASK) for line in lines):
        show.note("acreg: *** stands for values of Secrets: --show-secrets shows them.")
    return 1 if lines and request.flags["exit_code"] else 0


def difference(request: inputs.Request) -> list[str]:
    """Return the diff of the manifests that the command line asks for, line by line.

    Raises:
        AcregError: the manifests cannot be had, or cannot be processed as asked.
    """
    from postrenderer import chain  # noqa: PLC0415  # the help does not need it

    with temporary_folder() as folder:
        manifests = inputs.read(request, folder)
        settings = pinned(inputs.load(request, manifests, folder))._replace(report="")
        output = chain.through(manifests.data, settings).output
    if settings.before or settings.after:
        encoded = stream.decode(b"".join(output))
        output = encoded.restore([document.raw() for document in stream.documents(encoded.data)])
    return list(unified(manifests.data, output, masked=not request.flags["show_secrets"]))


class ChangedLines(NamedTuple):
    """Lines `start` to `end` (exclusive, from 0) of the old text that become other lines."""

    start: int
    end: int
    lines: list[str]


def unified(raw: bytes, output: list[bytes | memoryview], *, masked: bool = True) -> Iterator[str]:
    """Yield the lines of a unified diff.

    Args:
        raw: the stream before.
        output: the stream after, as `rewrite` returns it: a byte order mark, then one piece a document.
        masked: whether the values of Secrets are masked.
    """
    encoded = stream.decode(raw)
    after = [str(piece, encoded.encoding).encode() for piece in output[1:]]
    seen = mask.lines if masked else _lines
    old, new = seen(encoded.data), seen(b"".join(after))
    changes = list(_changes(encoded.data, after, new))
    if changes:
        yield from ("--- rendered", "+++ private")
    shift = 0
    while changes:
        group = [changes.pop(0)]
        while changes and changes[0].start - group[-1].end <= 2 * _CONTEXT:
            group.append(changes.pop(0))
        start = max(0, group[0].start - _CONTEXT)
        end = min(len(old), group[-1].end + _CONTEXT)
        grown = sum(len(change.lines) - (change.end - change.start) for change in group)
        yield f"@@ -{start + 1},{end - start} +{start + shift + 1},{end - start + grown} @@"
        at = start
        for change in group:
            yield from (f" {line}" for line in old[at : change.start])
            yield from (f"-{line}" for line in old[change.start : change.end])
            yield from (f"+{line}" for line in change.lines)
            at = change.end
        yield from (f" {line}" for line in old[at:end])
        shift += grown


def _changes(data: bytes, after: list[bytes], shown: list[str]) -> Iterator[ChangedLines]:
    """Yield the changes, found document by document, so that the cost is proportional to the stream.

    Args:
        data: the stream before.
        after: the documents after.
        shown: the lines of the stream after, as they are shown.
    """
    line = 0
    before = [(document.line - 1, document.raw()) for document in stream.documents(data)]
    if len(before) != len(after):  # other post-renderers added or removed documents
        before, after = [(0, data)], [b"".join(after)]
    for (first, old), new in zip(before, after):
        if old != new:
            matcher = difflib.SequenceMatcher(None, _lines(old), _lines(new), False)
            for tag, start, end, new_start, new_end in matcher.get_opcodes():
                if tag != "equal":
                    lines = shown[line + new_start : line + new_end]
                    yield ChangedLines(first + start, first + end, lines)
        line += new.count(b"\n")


def _lines(text: bytes) -> list[str]:
    return text.decode(errors="replace").removesuffix("\n").split("\n")
