from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rendering import PRIVATE, REGISTRY

from postrenderer import __main__ as door
from postrenderer.errors import InternalError

REPOSITORY = Path(__file__).resolve().parents[1]
MANIFEST = b"kind: Pod\nspec:\n  containers:\n  - image: quay.io/a/b:1\n"
RENDERED = (
    f"kind: Pod\nspec:\n  imagePullSecrets:\n  - name: containerregistry\n  containers:\n  - image: {PRIVATE}/a/b:1\n"
).encode()
LARGE = MANIFEST + b"# " + b"x" * 1_000_000 + b"\n"

SHELL = "import os, sys; os.execvp('sh', ['sh', '-c', *sys.argv[1:]])"
INTERRUPTS = "import signal; OSError = lambda _: signal.raise_signal(signal.SIGINT)"

posix = pytest.mark.skipif(os.name != "posix", reason="closes and fills file descriptors as POSIX has them")


class Acreg:
    """acreg as a process of its own, in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ACREG_", "HELM_"))},
            "ACREG_REGISTRY": REGISTRY,
            "ACREG_REPOSITORY_PATH": "appcircle",
            "HELM_CACHE_HOME": str(folder / "cache"),
            "PYTHONPATH": str(REPOSITORY),
            "TMPDIR": str(folder),
        }

    def __call__(
        self, stdin: bytes = MANIFEST, program: tuple[str, ...] = ("-m", "postrenderer"), **variables: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run it to its end."""
        command = [sys.executable, *program]
        environment = {**self.environment, **variables}
        return subprocess.run(command, input=stdin, capture_output=True, cwd=self.folder, env=environment, check=False)

    def start(self) -> subprocess.Popen[bytes]:
        """Start it with its streams in pipes."""
        command, pipe = [sys.executable, "-m", "postrenderer"], subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, stdin=pipe, stdout=pipe, stderr=pipe)

    def shell(self, redirection: str) -> subprocess.CompletedProcess[bytes]:
        """Run it with a manifest on stdin, and whatever a shell redirects."""
        return self(MANIFEST, ("-c", SHELL, f'exec "$0" -m postrenderer {redirection}', sys.executable))


@pytest.fixture
def acreg(tmp_path: Path) -> Acreg:
    return Acreg(tmp_path)


def test_done(acreg: Acreg) -> None:
    run = acreg()
    assert (run.returncode, run.stdout, run.stderr) == (0, RENDERED, b"")


def test_manifests_that_cannot_be_processed(acreg: Acreg) -> None:
    run = acreg(MANIFEST + b"---\nimage: [\n")
    assert (run.returncode, run.stdout) == (1, b"")
    assert run.stderr.startswith(b"acreg: document 2 is not valid YAML: ")
    assert run.stderr.count(b"\n") == 1


def test_settings_that_are_wrong(acreg: Acreg) -> None:
    run = acreg(ACREG_OTHERS="drop")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"acreg: ACREG_OTHERS ")
    assert b"Traceback" not in run.stderr


def test_no_registry(acreg: Acreg) -> None:
    run = acreg(ACREG_REGISTRY="")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"acreg: The private registry is not set: give --registry HOST[:PORT], ")


def test_a_strict_run_writes_nothing(acreg: Acreg) -> None:
    run = acreg(
        MANIFEST + b"  - image: ghcr.io/c:1\n", ACREG_STRICT="true", ACREG_KEEP="ghcr.io", ACREG_REPORT="r.json"
    )
    assert (run.returncode, run.stdout) == (1, b"")
    assert b"ghcr.io/c:1 at /spec/containers/1/image, line 5, of Pod (document 1)" in run.stderr
    assert not (acreg.folder / "r.json").exists()


@pytest.mark.parametrize("stdin", [b"", b"\n", b" \n\t\n"])
def test_an_empty_stream(acreg: Acreg, stdin: bytes) -> None:
    assert acreg(stdin).stdout == stdin
    under_helm_4 = acreg(stdin, HELM_PLUGIN_NAME="acreg-postrenderer")
    assert (under_helm_4.returncode, under_helm_4.stdout) == (0, b"# no manifests\n")


@pytest.mark.parametrize("stdin", [b"# nothing\n", b"---\n"])
def test_a_stream_without_manifests(acreg: Acreg, stdin: bytes) -> None:
    assert acreg(stdin, HELM_PLUGIN_NAME="acreg-postrenderer").stdout == stdin


def test_helm_3_may_have_plugins_too(acreg: Acreg) -> None:
    assert acreg(HELM_PLUGIN_NAME="acreg").stdout == RENDERED


def test_the_report(acreg: Acreg) -> None:
    run = acreg(ACREG_REPORT="r.json")
    assert (run.returncode, run.stdout) == (0, RENDERED)
    assert f'"to": "{PRIVATE}/a/b:1"'.encode() in (acreg.folder / "r.json").read_bytes()


def test_a_report_that_cannot_be_written(acreg: Acreg) -> None:
    run = acreg(ACREG_REPORT="missing/r.json")
    assert (run.returncode, run.stdout) == (1, b"")
    assert run.stderr.startswith(b"acreg: The report cannot be written to missing/r.json: No such file or directory.")


def failing(error: str, before: str = "") -> tuple[str, str]:
    """A program that is acreg with a defect in its pipeline."""
    code = f"""\
import sys
from postrenderer import __main__, rewrite
{before}
def fail(raw, settings):
    raise {error}
rewrite.rewrite = fail
sys.exit(__main__.main())
"""
    return "-c", code


def test_an_internal_error(acreg: Acreg) -> None:
    run = acreg(program=failing("ZeroDivisionError('by a defect')"))
    assert (run.returncode, run.stdout) == (3, b"")
    (details,) = acreg.folder.glob("acreg-error-*.txt")
    assert run.stderr.decode() == (
        "acreg: Something went wrong inside acreg, and nothing was rendered. "
        f"The details are in {details}: please report them.\n"
    )
    assert details.read_text().endswith("ZeroDivisionError: by a defect\n")
    assert "Traceback" in details.read_text()


def test_an_internal_error_without_room_for_details(acreg: Acreg) -> None:
    nowhere = "import tempfile; tempfile.tempdir = '/dev/null/nowhere'"
    run = acreg(program=failing("ZeroDivisionError('by a defect')", nowhere))
    assert (run.returncode, run.stdout) == (3, b"")
    assert run.stderr.endswith(b"nothing was rendered. Please report this: ZeroDivisionError: by a defect\n")


def test_too_little_memory(acreg: Acreg) -> None:
    run = acreg(program=failing("MemoryError"))
    assert (run.returncode, run.stdout) == (1, b"")
    assert run.stderr == b"acreg: There is not enough memory for the manifests. Nothing was written.\n"


def test_too_few_threads(acreg: Acreg) -> None:
    """A mock: root, as which tests may run, has no such limit."""
    run = acreg(program=failing('RuntimeError("can\'t start new thread")'))
    assert (run.returncode, run.stdout) == (1, b"")
    assert run.stderr.startswith(b"acreg: No more threads can be started, so the run ended early. Raise the limit")
    assert run.stderr.count(b"\n") == 1


def test_interrupted(acreg: Acreg) -> None:
    run = acreg(program=failing("OSError('was not interrupted')", INTERRUPTS))
    assert (run.returncode, run.stdout, run.stderr) == (130, b"", b"")


def test_interrupted_while_it_notes_how_the_run_ended() -> None:
    def interrupt() -> bool:
        raise KeyboardInterrupt

    assert door.guard(lambda: 0, ran_the_filter=interrupt) == door.INTERRUPTED


def test_a_reader_that_goes_away(acreg: Acreg) -> None:
    with acreg.start() as run:
        assert run.stdin
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        run.stdin.write(LARGE)
        run.stdin.close()
        assert (run.wait(60), run.stderr.read()) == (1, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_half_way(acreg: Acreg, unbuffered: str) -> None:
    acreg.environment["PYTHONUNBUFFERED"] = unbuffered
    with acreg.start() as run:
        assert run.stdin
        assert run.stdout
        assert run.stderr
        run.stdin.write(LARGE)
        run.stdin.close()
        assert run.stdout.read(10) == RENDERED[:10]
        run.stdout.close()
        assert (run.wait(60), run.stderr.read()) == (1, b"")


@posix
@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        (">&-", 1, b""),
        ("<&-", 2, b"acreg: Standard input is closed. "),
        ("2>&-", 0, b""),
        ("<&- >&- 2>&-", 2, b""),
        (">/dev/full", 1, b"acreg: The manifests cannot be written to standard output: No space left on device. "),
        ("--no-such-flag 2>/dev/full", 2, b""),
    ],
)
def test_streams_that_are_closed_or_full(acreg: Acreg, redirection: str, code: int, said: bytes) -> None:
    if "/dev/full" in redirection and not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    run = acreg.shell(redirection)
    assert run.returncode == code
    assert run.stdout == (RENDERED if code == 0 else b"")
    assert run.stderr.startswith(said) if said else not run.stderr
    assert run.stderr.count(b"\n") <= 1
    assert not list(acreg.folder.glob("acreg-error-*"))


def test_an_internal_error_says_where_its_details_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail() -> int:
        raise InternalError("The self-check found a difference.")

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    said: list[str] = []
    monkeypatch.setattr(door, "_say", said.append)
    assert door.guard(fail) == 3
    (file,) = tmp_path.iterdir()
    assert said == [f"The self-check found a difference. The details are in {file}: please report them."]
    assert "InternalError" in file.read_text("utf-8")
