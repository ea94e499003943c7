"""Install, use, update and remove the plugin, as a user does, in Helm homes of its own."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from helm.harness import (
    ALL_VERSIONS,
    CHARTS,
    LATEST,
    PRIVATE,
    REPOSITORY,
    VALUES,
    Helm,
    Run,
    helm_environment,
    tool,
)
from postrenderer import __version__

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.helm,
    pytest.mark.zipapp,
    pytest.mark.slow,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the Helm binaries are for Linux on x86-64"
    ),
]

CHART = CHARTS / "appcircle"
PRIVATE_VALUES = VALUES / "private.yaml"
OTHER = "name: other\nversion: 1.0.0\nusage: other\ndescription: other\ncommand: echo other\n"


class Home(NamedTuple):
    """Empty Helm homes, a Helm, and where the plugin comes from."""

    helm: Helm
    plugins: Path
    source: Path

    def run(self, *arguments: str | Path, **environment: str) -> Run:
        more = self.helm._replace(environment={**self.helm.environment, **environment})
        return more.run(*arguments)

    def output(self, *arguments: str | Path, **environment: str) -> str:
        run = self.run(*arguments, **environment)
        assert run.code == 0, run.stderr
        return run.stdout

    def install(self, **environment: str) -> str:
        """Install the plugin from its folder or, if that is a git repository, from its URL."""
        if not (self.source / ".git").exists():
            return self.output("plugin", "install", self.source, **environment)
        flags = ["--verify=false"] if self.helm.major > 3 else []
        return self.output("plugin", "install", self.source.as_uri(), *flags, **environment)

    def names(self) -> set[str]:
        """Return the folders of the plugins that are there."""
        return {path.name for path in self.plugins.iterdir() if path.is_dir()}


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def source_in(folder: Path) -> Path:
    """A copy of what the plugin consists of, without a zipapp."""
    for name in ("plugin.yaml", "scripts/plugin-hook", "scripts/register-helm4", "scripts/helm4"):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, target)
        else:
            shutil.copy(REPOSITORY / name, target)
    (folder / ".gitignore").write_text("/dist/\n/completion.yaml\n/plugin.complete\n", encoding="utf-8")
    return folder


def everything_in(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def home(tmp_path: Path, zipapp: Path, version: str, source: Path) -> Home:
    environment = helm_environment(tmp_path, ACREG_PYZ=str(zipapp))
    del environment["HELM_PLUGINS"]  # `helm plugin install` of Helm 4 does not look there
    return Home(Helm(int(version[0]), tool(f"helm-{version}"), environment), tmp_path / "data" / "plugins", source)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_a_plugins_life(tmp_path: Path, zipapp: Path, version: str) -> None:
    """Out of a git repository, from which Helm can update it."""
    source = source_in(tmp_path / "acreg")
    git(source, "init", "-q")
    git(source, "add", "-A")
    git(source, "commit", "-qm", "a")
    at = home(tmp_path, zipapp, version, source)
    at.install()
    check_installation(at, tmp_path)
    listed = at.output("acreg", "images", "--source-only", "--chart", CHART).split()
    assert set((CHARTS / "images.txt").read_text(encoding="utf-8").split()) < set(listed)
    released = at.output("acreg", "template", "r", CHART, "--values", PRIVATE_VALUES)
    assert "europe-west1-docker.pkg.dev" not in released
    assert "registry.k8s.io" not in released
    assert released.count(f"{PRIVATE}/") > 40

    (source / "new").touch()
    git(source, "add", "-A")
    git(source, "commit", "-qm", "b")
    at.output("plugin", "update", "acreg")
    assert (at.plugins / "acreg" / "new").exists()
    assert at.output("acreg", "version", "--short") == f"{__version__}\n"
    check_removal(at, tmp_path)


def check_installation(at: Home, folder: Path) -> None:
    assert at.names() == ({"acreg"} if at.helm.major == 3 else {"acreg", "acreg-postrenderer"})
    assert at.output("acreg", "version") == f"acreg {__version__}\n"
    assert not (folder / ".shiv").exists()
    assert len(list((at.plugins / "acreg" / "dist" / "extracted").glob("acreg.pyz_*"))) == 1


def check_removal(at: Home, folder: Path) -> None:
    """Uninstall the plugin, which leaves nothing."""
    at.output("plugin", "uninstall", "acreg")
    assert list(at.plugins.iterdir()) == []
    assert at.run("plugin", "list").stderr == ""
    assert not (folder / "cache" / "acreg").exists()


@pytest.mark.parametrize("version", LATEST)
def test_every_command_runs_as_a_plugin(tmp_path: Path, zipapp: Path, version: str) -> None:
    """Out of a folder, which is as before in the end."""
    at = home(tmp_path, zipapp, version, source_in(tmp_path / "acreg"))
    before = everything_in(at.source)
    at.install()
    check_installation(at, tmp_path)
    chart: list[str | Path] = ["--chart", CHART, "-f", PRIVATE_VALUES]
    assert "  upgrade  " in at.output("acreg", "--help")
    differs = at.run("acreg", "diff", "--exit-code", *chart)
    assert differs.stdout.startswith("--- rendered\n+++ private\n@@ ")
    assert differs.code == 1
    assert f"image: {PRIVATE}/" in at.output("acreg", "render", *chart)
    overlay = at.run("acreg", "values", CHART, "-f", PRIVATE_VALUES)
    assert f"repository: {PRIVATE}/appcircle-vault\n" in overlay.stdout
    assert "58 of 60 references are private" in overlay.stderr
    found = at.output("acreg", "doctor", "--values", PRIVATE_VALUES)
    assert f"images come from {PRIVATE};" in found
    assert "wrong" not in found
    acreg_yaml = tmp_path / "acreg.yaml"
    at.output("acreg", "config", "init", acreg_yaml, "--registry", "registry.spacetech.com:8083")
    at.output("acreg", "config", "validate", acreg_yaml)
    assert "registry.spacetech.com:8083" in at.output("acreg", "config", "show", "--config", acreg_yaml)
    assert at.run("acreg", "explain").code == 1
    at.output("acreg", "template", CHART, "-f", PRIVATE_VALUES)
    assert "ended     successfully\n" in at.output("acreg", "explain")
    note = tmp_path / "cache" / "acreg" / "last-run"
    assert note.stat().st_mode & 0o777 == 0o600
    check_removal(at, tmp_path)
    assert everything_in(at.source) == before


def test_helm_3_and_4_share_a_home(tmp_path: Path, zipapp: Path) -> None:
    three = home(tmp_path, zipapp, "3.19.0", source_in(tmp_path / "acreg"))
    other = three.plugins / "other"
    other.mkdir(parents=True)
    (other / "plugin.yaml").write_text(OTHER, encoding="utf-8")
    three.install()
    four = home(tmp_path, zipapp, "4.3.1", three.source)
    for at in (three, four):
        assert at.names() == {"acreg", "other"}
        assert at.run("other") == Run(0, "other\n", "")
        assert "registry.k8s.io" not in at.output("acreg", "template", CHART, "-f", PRIVATE_VALUES)
    assert four.names() == {"acreg", "other"}

    # Helm 4's post-renderer goes where Helm 3 does not look.
    apart = tmp_path / "helm4"
    four.output("plugin", "uninstall", "acreg")
    four.install(ACREG_HELM4_PLUGINS=str(apart))
    assert three.run("other") == Run(0, "other\n", "")
    both = f"{four.plugins}{os.pathsep}{apart}"
    flags = ["--post-renderer", "acreg-postrenderer"]
    released = four.output("template", CHART, *flags, HELM_PLUGINS=both, ACREG_VALUES=str(PRIVATE_VALUES))
    assert "registry.k8s.io" not in released
    four.output("plugin", "uninstall", "acreg")
    assert not apart.exists()


def test_a_zipapp_that_was_there_stays(tmp_path: Path, zipapp: Path) -> None:
    at = home(tmp_path, zipapp, "3.19.0", source_in(tmp_path / "acreg"))
    built = at.source / "dist" / "acreg.pyz"
    built.parent.mkdir()
    shutil.copy(zipapp, built)
    at.install(ACREG_PYZ="")
    at.output("plugin", "uninstall", "acreg")
    assert list(built.parent.iterdir()) == [built]


def test_doctor_sees_what_stops_helm_4(tmp_path: Path, zipapp: Path) -> None:
    at = home(tmp_path, zipapp, "4.3.1", tmp_path)
    doctor: list[str | Path] = [zipapp, "doctor", "--registry", "r.example.com"]
    environment = {**at.helm.environment, "HELM_BIN": str(at.helm.binary)}
    program = tmp_path / "acreg.pyz"
    for state, code, text in (
        ("note", 0, "not registered"),
        ("ok", 0, "is registered"),
        ("wrong", 1, f"{at.plugins}/acreg-post"),
    ):
        run = subprocess.run(doctor, env=environment, capture_output=True, text=True, check=False)
        (line,) = [line for line in run.stdout.splitlines() if "--post-renderer" in line]
        assert (run.returncode, line.split()[0], text in line) == (code, state, True)
        if state == "note":
            shutil.copy(zipapp, program)
            register = [REPOSITORY / "scripts" / "register-helm4", at.plugins, program]
            subprocess.run(register, check=True, capture_output=True)
        else:
            program.unlink(missing_ok=True)


def test_doctor_sees_what_stops_helm_3(tmp_path: Path, zipapp: Path) -> None:
    at = home(tmp_path, zipapp, "3.19.0", source_in(tmp_path / "acreg"))
    at.install()
    subprocess.run([REPOSITORY / "scripts" / "register-helm4", at.plugins, zipapp], check=True, capture_output=True)
    run = subprocess.run(
        [zipapp, "doctor"],
        env={**at.helm.environment, "HELM_BIN": str(at.helm.binary)},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 1
    assert f"rm -r {at.plugins}/acreg-postrenderer`" in run.stdout.decode()


def test_what_was_there_stays(tmp_path: Path, zipapp: Path) -> None:
    """A post-renderer that was registered apart, a zipapp built since, and the folder that it is in."""
    at = home(tmp_path, zipapp, "4.3.1", source_in(tmp_path / "it's acreg"))
    register = [REPOSITORY / "scripts" / "register-helm4", at.plugins, zipapp]
    subprocess.run(register, check=True, capture_output=True)
    registered = (at.plugins / "acreg-postrenderer" / "acreg.pyz").readlink()
    assert "was there before and stays as it is." in at.install()
    assert (at.plugins / "acreg-postrenderer" / "acreg.pyz").readlink() == registered
    (at.source / "dist" / "acreg.pyz").write_bytes(b"built since")
    at.output("plugin", "uninstall", "acreg")
    assert (at.plugins / "acreg-postrenderer" / "acreg.pyz").readlink() == registered
    assert [path.name for path in (at.source / "dist").iterdir()] == ["acreg.pyz"]
    assert sorted(path.name for path in at.plugins.iterdir()) == ["acreg-postrenderer"]


def test_a_folder_that_was_there_stays(tmp_path: Path, zipapp: Path) -> None:
    at = home(tmp_path, zipapp, "3.19.0", source_in(tmp_path / "acreg"))
    (at.source / "dist").mkdir()
    at.install()
    assert (at.source / "dist" / "acreg.pyz").exists()
    at.output("plugin", "uninstall", "acreg")
    assert list((at.source / "dist").iterdir()) == []


def test_helm_3_keeps_its_plugins(tmp_path: Path, zipapp: Path) -> None:
    """Helm 4's post-renderer is not registered where a Helm 3 on PATH reads, by hand or at the installation."""
    at = home(tmp_path, zipapp, "4.3.1", source_in(tmp_path / "acreg"))
    path = os.pathsep.join([str(tool("helm-3.19.0").parent), os.environ["PATH"]])
    three = {**at.helm.environment, "PATH": path}
    register = [REPOSITORY / "scripts" / "register-helm4", at.plugins, zipapp]
    run = subprocess.run(register, env=three, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert f"helm is Helm 3 and reads {at.plugins} too" in run.stderr
    assert f"HELM_PLUGINS={at.plugins}:DIR" in run.stderr
    apart = tmp_path / "apart"
    subprocess.run([*register[:1], apart, zipapp], env=three, check=True, capture_output=True)
    assert (apart / "acreg-postrenderer" / "plugin.yaml").exists()
    at.install(PATH=path)
    assert at.names() == {"acreg"}
    assert at.output("acreg", "version") == f"acreg {__version__}\n"
