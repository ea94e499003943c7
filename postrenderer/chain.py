"""Other post-renderers in the same pipe, as Helm takes only one: those of `before` and `after` in a named acreg.yaml.

Each is a program and its arguments, run without a shell: manifests on its standard input, manifests on its standard
output. So `before: [[kustomize-helm, overlay]]` is the same as `kustomize-helm overlay | acreg`.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from postrenderer.errors import AcregError
from postrenderer.rewrite import rewrite
from postrenderer.text import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from postrenderer.plan.pieces import DocumentFindings
    from postrenderer.rewrite import RewrittenStream
    from postrenderer.settings import Settings

    Inform = Callable[[Sequence[DocumentFindings], Settings], Settings]

_VARIABLE = "ACREG_CHAIN"
"""Set for the other post-renderers, so that an acreg that one of them runs does not run it again, without end."""


def through(raw: bytes, settings: Settings, inform: Inform | None = None) -> RewrittenStream:
    """Rewrite a stream as `rewrite` does, between the other post-renderers.

    Args:
        raw: the stream.
        settings: what is asked for.
        inform: is given what was found in the stream, and returns the settings with what the cluster adds to them, such
            as its ServiceAccounts.

    Raises:
        AcregError: as `rewrite`, or another post-renderer failed.
    """
    data = before(raw, settings)
    rewritten = rewrite(data, settings)
    more = inform(rewritten.found, settings) if inform else settings
    if more != settings:
        rewritten = rewrite(data, more)
    if not settings.after:
        return rewritten
    return rewritten._replace(output=[_run_all("after", settings.after, b"".join(rewritten.output))])


def before(raw: bytes, settings: Settings) -> bytes:
    """Return a stream as the post-renderers of `before` hand it to acreg.

    Raises:
        AcregError: one of them failed.
    """
    return _run_all("before", settings.before, raw)


def _run_all(key: str, commands: Iterable[Sequence[str]], raw: bytes) -> bytes:
    for command in commands:
        raw = _run(key, command, raw)
    return raw


def _run(key: str, command: Sequence[str], raw: bytes) -> bytes:
    import subprocess  # noqa: PLC0415  # most runs start no process

    name = f"`{command[0]}`, which `{key}` names in the settings file,"
    if _VARIABLE in os.environ:
        raise AcregError(f"{name} runs acreg, which would run it again, without end. Have it run something else.")
    environment = {**os.environ, _VARIABLE: key}
    try:
        run = subprocess.run(command, input=raw, capture_output=True, env=environment, check=False)  # noqa: S603  # the user's own
    except (OSError, ValueError) as error:
        raise AcregError(
            f"{name} cannot be started: {getattr(error, 'strerror', None) or error}. Nothing was rendered."
        ) from None
    said = run.stderr.decode(errors="replace").strip()
    if run.returncode:
        words = f"\n{said}" if said else " It did not say why."
        raise AcregError(f"{name} ended with exit code {run.returncode}. Nothing was rendered.{words}")
    if raw.strip() and not run.stdout.strip():
        raise AcregError(f"{name} wrote no manifests, though it got some. Nothing was rendered.")
    if said and sys.stderr is not None:
        sys.stderr.write("".join(f"{command[0]}: {line}\n" for line in escape.lines(said).splitlines()))
    return run.stdout
