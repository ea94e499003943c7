"""`mirror --with-chart`: the chart itself, as an archive, and Helm as what pushes it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from postrenderer.cli import helm as helm_
from postrenderer.cli import helmargs
from postrenderer.errors import AcregError
from postrenderer.registry import charts, credentials
from postrenderer.registry.places import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable

    from postrenderer.cli.inputs import Request
    from postrenderer.registry.charts import PackedChart
    from postrenderer.registry.manifests import RegistryClient
    from postrenderer.registry.places import Reach
    from postrenderer.registry.scratch import Scratch


def pack(request: Request, folder: Path) -> list[PackedChart]:
    """Return the chart that a command line names, and the charts that it brings along.

    Args:
        request: with `chart`.
        folder: for files of ours.

    Raises:
        AcregError: there is no such chart.
    """
    helm, chart = helm_.find(), request.text("chart")
    flags = helm.flags("template")
    target = folder / "packed"
    target.mkdir()
    is_here = "--repo" not in {argument.name for argument in helmargs.split(request.helm, flags)}
    if is_here and os.path.isdir(chart):
        helm.output("package", chart, "--destination", str(target))
    elif not (is_here and os.path.isfile(chart)):
        helm.output(
            "pull", chart, *helmargs.known_to(helm.flags("pull"), request.helm, flags), "--destination", str(target)
        )
    found = [path for path in target.iterdir() if path.suffix == ".tgz"] or [Path(chart)]
    try:
        content = found[0].read_bytes()
    except OSError as error:
        raise AcregError(f"{found[0]} cannot be read: {error.strerror}.") from None
    main = charts.read(charts.same_each_time(content) if os.path.isdir(chart) else content, chart)
    return [main, *charts.dependencies(main)]


def push(
    reach: Reach, registry: str, path: str, client: RegistryClient, scratch: Scratch
) -> Callable[[Path, str], object]:
    """Return `helm push`, which reaches the private registry with the same credentials and certificates as copies do.

    Args:
        reach: how it is reached.
        registry: `host[:port]`.
        path: the repository of the charts, for which the login is looked up.
        client: knows whether it speaks HTTP.
        scratch: hands the password over.
    """
    helm = helm_.find()
    login = credentials.find(reach.configs[TARGET], registry, path)
    handed = scratch.secret(credentials.as_text({registry: login} if login else {}).encode())
    flags = ["--registry-config", handed.path]
    if client.speaks_http(registry):
        flags.append("--plain-http")
    elif registry in reach.insecure:
        flags.append("--insecure-skip-tls-verify")
    if reach.certificates:
        flags += ["--ca-file", f"{reach.certificates}/ca.crt"]
    return lambda file, address: helm.output("push", str(file), address, *flags, descriptors=handed.descriptors)
