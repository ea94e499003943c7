"""A command that installs a chart, as the user gave it to Helm, and what it would render."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.cli import helmargs, probe, rendering
from postrenderer.cli.helm import Helm, HelmError

if TYPE_CHECKING:
    from pathlib import Path

    from postrenderer.cli.rendering import Rendering

_SHOWN = ("-o", "--output", "--output-dir", "--no-hooks", "--dry-run", "--hide-secret")
"""Flags about what Helm shows. Hooks that are not run are kept in the release all the same."""
_NAMED = ("--generate-name", "-g", "--name-template")
"""Flags by which Helm makes up the release's name."""
_CLIENT = ("", "client", "true", "unchanged")
"""Values of --dry-run with which Helm asks no cluster; the empty one is the flag alone."""

_FALSE = ("0", "f", "F", "false", "FALSE", "False")
"""How a switch is turned off (Go's strconv.ParseBool)."""

DIFF = "diff upgrade"
"""The command of the plugin helm-diff, which has no dry run of its own."""


class HelmCommand(NamedTuple):
    """A command of Helm's that installs or renders a chart.

    Attributes:
        helm: runs it.
        name: `install`, `upgrade`, `template` or `diff upgrade`.
        arguments: what follows, without a `--`, behind which no flag of ours would count.
        stdin: what Helm reads from standard input.
        reused: values files with what Helm takes over from the release.
        cluster: None if Helm asks the cluster itself; else it cannot, and these flags say what the cluster has.
    """

    helm: Helm
    name: str
    arguments: list[str]
    stdin: bytes
    reused: list[str]
    cluster: list[str] | None = None

    @property
    def flags(self) -> dict[str, bool]:
        """The flags of the command, and whether each takes a value."""
        return self.helm.flags(self.name)

    @property
    def chart(self) -> str:
        """The chart as the user named it."""
        return helmargs.positional(self.arguments, self.flags)[-1]

    @property
    def is_of_client(self) -> bool:
        """Whether it is a dry run with which Helm asks no cluster."""
        return self.value("--dry-run") in _CLIENT

    def value(self, flag: str) -> str | None:
        """Return the last value of a flag, None if it is not given."""
        given = [one.value for one in helmargs.split(self.arguments, self.flags) if one.name == flag]
        return given[-1] if given else None

    def is_on(self, *switches: str) -> bool:
        """Whether a switch is given, such as `--no-hooks`, and not as `--no-hooks=false`."""
        return any(self.value(name) not in (None, *_FALSE) for name in switches)

    def with_release_name(self, scratch: Path) -> HelmCommand:
        """Return the command with a name for its release: one that Helm makes up would be another in each rendering.

        Raises:
            HelmError: the template of the name cannot be rendered.
        """
        template = self.value("--name-template")
        if template is not None:
            name = probe.offline(self.helm, probe.NAME, scratch, f"--name-template={template}")
        elif self.is_on("-g", "--generate-name"):
            name = f"{base_name(self.chart)}-{int(time.time())}"  # as Helm does (pkg/action/install.go, NameAndChart)
        else:
            return self
        return self._replace(arguments=[name, *helmargs.without(_NAMED, self.arguments, self.flags)])

    def rendered(self, scratch: Path) -> tuple[HelmCommand, Rendering]:
        """Return what would be installed, and the command in the form in which it can be tried.

        A first installation cannot be tried against a cluster that lacks the chart's own kinds.

        Raises:
            HelmError: Helm cannot render it.
        """
        if self.name == DIFF:
            helm_command = self._by_template(scratch)
            return helm_command, helm_command.render()
        try:
            return self, self.render()
        except HelmError as error:
            if self.name == "template":
                raise
            helm_command = self._by_template(scratch)
            try:
                return helm_command, helm_command.render()
            except HelmError:
                raise error from None  # what Helm says of the command that the user typed

    def _by_template(self, scratch: Path) -> HelmCommand:
        return self._replace(cluster=probe.cluster(self.helm, scratch, self.arguments, self.flags))

    def render(self) -> Rendering:
        """Return what would be installed; nothing is.

        Raises:
            HelmError: Helm cannot render it.
        """
        if self.name == "template":
            plain = helmargs.without(("--output-dir",), self.arguments, self.flags)
            return rendering.of_stream(self.helm.output("template", *plain, stdin=self.stdin))
        plain = helmargs.without(_SHOWN, self.arguments, self.flags)
        if self.cluster is None:
            dry = "client" if self.is_of_client else "server"
            words = (self.name, *plain, f"--dry-run={dry}", "--output=json")
            return rendering.of_release(self.helm.output(*words, stdin=self.stdin))
        known = helmargs.known_to(self.helm.flags("template"), plain, self.flags)
        reused = [f"--values={name}" for name in self.reused]
        is_upgrade = self.name == "upgrade" and not self.is_on("-i", "--install")
        upgrade = ["--is-upgrade"] if is_upgrade else []
        words = (*helmargs.positional(plain, self.flags), *reused, *known, *upgrade)
        return rendering.of_stream(probe.template(self.helm, self.cluster, *words, stdin=self.stdin))


def base_name(chart: str) -> str:
    """Return the name of a chart's file or folder, up to the first dot: what Helm makes names of releases of."""
    base = os.path.basename(chart.rstrip("/"))
    return base.partition(".")[0] or "chart"
