"""The zipapp under every Python that it supports and this machine has, from wherever it may lie."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from interpreters import MINORS, interpreter, without_extension
from process import POD, environment, moved, outcome, run

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.zipapp,
    pytest.mark.skipif(sys.platform == "win32", reason="the zipapp is started as POSIX systems do"),
]
NOBODY = 65534
LOADED = "import yaml; print(yaml.__with_libyaml__)"


@pytest.fixture(scope="module")
def python_only(zipapp: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return without_extension(zipapp, tmp_path_factory.mktemp("python-only") / "acreg.pyz")


@pytest.fixture(params=MINORS, ids=lambda minor: f"3.{minor}")
def python(request: pytest.FixtureRequest) -> str:
    return interpreter(request.param) or pytest.skip(f"no Python 3.{request.param} on PATH")


@pytest.fixture(params=[True, False], ids=["C", "Python"])
def app(request: pytest.FixtureRequest, zipapp: Path, python_only: Path) -> tuple[Path, bool]:
    """A zipapp, and whether it has PyYAML's C extension."""
    if request.param and not yaml.__with_libyaml__:
        pytest.skip("the zipapp under test has no C extension either")
    return (zipapp, True) if request.param else (python_only, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("python", "app"),
    [*((minor, True) for minor in MINORS), *((minor, False) for minor in sorted({MINORS[0], sys.version_info[1]}))],
    indirect=True,
    ids=lambda value: f"3.{value}" if value in MINORS else {True: "C", False: "Python"}[value],
)
def test_every_python(python: str, app: tuple[Path, bool], tmp_path: Path) -> None:
    """Cold and warm, optimised, from an odd path and through a link; without the extension cold, warm and optimised."""
    file, compiled = app
    loaded = run(b"", tmp_path, [python, file, "-c", LOADED], SHIV_INTERPRETER="1")
    assert loaded.stdout.decode().strip() == str(compiled), loaded.stderr
    odd = tmp_path / "mit Leerzeichen & Größe 😀"
    odd.mkdir()
    copy = shutil.copy(file, odd / "acreg filter.pyz")
    link = tmp_path / "link"
    link.symlink_to(copy)
    expected = (0, moved(POD), b"")
    commands: list[list[str | Path]] = [[file], [file], [python, "-OO", link]]
    commands += [[copy], [link], [python, file], [python, "-O", file]] if compiled else []
    for command in commands:
        assert outcome(run(POD, tmp_path, command, ACREG_PYTHON=python)) == expected, command
    report = run(POD, tmp_path, [file], ACREG_PYTHON=python, ACREG_REPORT="report.json")
    assert outcome(report) == expected
    refused = run(b"image: [\n", tmp_path, [python, "-O", file])
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.startswith(b"acreg: document 1 is not valid YAML: ")


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user can read."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_read_only_folder(app: tuple[Path, bool], public: Path) -> None:
    """As a user who may write nowhere near it, and as one who has a home; root may write anywhere."""
    file, _ = app
    mine = os.geteuid() != 0
    user = None if mine else NOBODY
    candidates = filter(None, ["/usr/bin/python3", *map(interpreter, MINORS)])
    identity = {} if mine else {"user": NOBODY, "group": NOBODY, "extra_groups": ()}
    for python in candidates:
        check = [python, "-IS", "-c", "import sys; sys.exit(sys.version_info < (3, 9))"]
        try:
            if not subprocess.run(check, capture_output=True, check=False, **identity).returncode:  # type: ignore[call-overload]  # all are its arguments
                break
        except OSError:
            continue
    else:
        pytest.skip("another user can run no Python of this machine")
    folder, home = public / "read-only", public / "home"
    folder.mkdir()
    home.mkdir()
    copy = shutil.copy(file, folder / "acreg.pyz")
    if user is not None:
        os.chown(home, user, user)
    folder.chmod(0o555)
    for where in (home, folder):
        variables = environment(where, ACREG_PYTHON=python, TMPDIR=str(home))
        for _ in ("cold", "warm"):
            done = subprocess.run(
                [copy], input=POD, env=variables, cwd=folder, capture_output=True, check=False, **identity
            )  # type: ignore[call-overload]  # likewise
            assert outcome(done) == (0, moved(POD), b"")
    assert [path.name for path in folder.iterdir()] == ["acreg.pyz"]
    folder.chmod(0o755)
