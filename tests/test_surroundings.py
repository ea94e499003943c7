"""What may be odd about the process that acreg is: its environment, its streams, its disk and its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from effort import LONGEST, TIMES
from process import FILTER, POD, containers, environment, moved, outcome, run, start

SAID = "acreg: {}\n"
SIGNALS = round(8 * TIMES)
"""At so many moments of a run it is interrupted; ACREG_EFFORT multiplies them."""


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX"},
        {"LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONHASHSEED": "0"},
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4294967295"},
        {"PYTHONOPTIMIZE": "2"},
        {"PYTHONDONTWRITEBYTECODE": "1"},
        {"PYTHONUNBUFFERED": "1"},
        {"PYTHONDEVMODE": "1"},
        {"PYTHONWARNINGS": "error"},
        {"PYTHONINTMAXSTRDIGITS": "640"},
        {"SOURCE_DATE_EPOCH": "0", "TZ": "Antarctica/Troll"},
        {"HOME": "/dev/null/nowhere"},
        {"TMPDIR": "/dev/null/nowhere"},
        {"PATH": ""},
    ],
    ids=str,
)
def test_environment(variables: dict[str, str], tmp_path: Path) -> None:
    text = POD + "# grün 😀\n".encode()
    assert outcome(run(text, tmp_path, **variables)) == (0, moved(text), b"")


def test_another_yaml_on_pythonpath(zipapp: Path, shiv_root: Path, tmp_path: Path) -> None:
    (tmp_path / "yaml.py").write_text("raise SystemExit('the wrong yaml')", encoding="utf-8")
    done = run(POD, tmp_path, [zipapp], PYTHONPATH=str(tmp_path), SHIV_ROOT=str(shiv_root))
    assert outcome(done) == (0, moved(POD), b"")


@pytest.mark.parametrize("limit", [200, 1_000_000])
def test_recursion_limit(limit: int, tmp_path: Path) -> None:
    """What is nested deep needs neither Python's stack nor the machine's."""
    text = POD + b"x: " + b"[" * 10_000 + b"]" * 10_000 + b"\n"
    program = f"import sys; from postrenderer.__main__ import main; sys.setrecursionlimit({limit}); sys.exit(main())"
    assert outcome(run(text, tmp_path, [sys.executable, "-c", program])) == (0, moved(text), b"")


@pytest.mark.parametrize("clock", ["1970-01-01 00:00:10", "1979-12-31 12:00:00", "2106-02-08 00:00:00"])
def test_clock(clock: str, zipapp: Path, tmp_path: Path) -> None:
    """Files of the real time are from the future then; on the first start and on later ones."""
    faketime = shutil.which("faketime") or pytest.skip("no faketime on PATH")
    for _ in ("cold", "warm"):
        done = run(POD, tmp_path, [faketime, clock, zipapp], ACREG_REPORT="report.json", TZ="UTC")
        assert outcome(done) == (0, moved(POD), b"")
    noted = (tmp_path / ".cache" / "helm" / "acreg" / "last-run").read_text(encoding="utf-8")
    assert noted.startswith(f"time: {clock[:10]}T")


# Its streams


@pytest.mark.parametrize("read", [0, 1, 100_000])
@pytest.mark.parametrize("command", ["module", "zipapp"])
def test_a_reader_that_stops_reading(read: int, command: str, zipapp: Path, shiv_root: Path, tmp_path: Path) -> None:
    process = start(tmp_path, FILTER if command == "module" else [zipapp], SHIV_ROOT=str(shiv_root))
    assert process.stdin
    assert process.stdout
    assert process.stderr
    if not read:
        process.stdout.close()
    process.stdin.write(POD + b"# " + b"x" * 1_000_000 + b"\n")
    process.stdin.close()
    if read:
        process.stdout.read(read)
        process.stdout.close()
    assert (process.wait(), process.stderr.read()) == (1, b"")
    process.stderr.close()


def test_closed_stdin(tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", f"exec {sys.executable} -m postrenderer <&-"]
    message = "Standard input is closed. The manifests are read from it, as Helm writes them there."
    assert outcome(run(b"", tmp_path, command)) == (2, b"", SAID.format(message).encode())


def test_a_terminal_as_stdin_gets_help(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(FILTER, stdin=theirs, env=environment(tmp_path), capture_output=True, check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.lower().startswith(b"usage: ")


def test_nobody_has_to_type_manifests(tmp_path: Path) -> None:
    """A filter that waits for what is typed looks like one that hangs; `acreg -f -` reads a keyboard all the same."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()

    def run(*more: str) -> tuple[int, bytes, bytes]:
        command = [*FILTER, "--registry=registry.example.com", *more]
        with subprocess.Popen(
            command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path)
        ) as process:
            os.write(ours, POD + b"\x04" if more else b"")
            stdout, stderr = process.communicate(timeout=LONGEST)
        return process.returncode, stdout, stderr

    try:
        code, stdout, stderr = run()
        assert (code, stdout, stderr[:37]) == (2, b"", b"acreg: There are no manifests to read")
        assert run("-f", "-") == (0, moved(POD), b"")
    finally:
        os.close(ours)
        os.close(theirs)


# Its disk


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_no_room_for_the_output(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        pipe = subprocess.PIPE
        done = subprocess.run(FILTER, input=POD, stdout=full, stderr=pipe, env=environment(tmp_path), check=False)
    assert done.returncode == 1
    assert done.stderr.decode() == SAID.format(
        "The manifests cannot be written to standard output: No space left on device. What was written is not complete."
    )


NO_REPORT = "Nothing was rendered. Give --report a file in a folder that exists and has room, or leave it out."


def test_no_room_for_the_report(full_disk: Path, tmp_path: Path) -> None:
    """The earlier report stays, and nothing lies beside it."""
    report = full_disk / "report.json"
    message = f"The report cannot be written to {report}: No space left on device. {NO_REPORT}"
    done = run(containers(500), tmp_path, ACREG_REPORT=str(report))
    assert outcome(done) == (1, b"", SAID.format(message).encode())
    assert [path.read_text(encoding="utf-8") for path in full_disk.iterdir()] == ["{}"]


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ("/dev/full", "No space left on device"),
        ("missing/report.json", "No such file or directory"),
        (".", "Is a directory"),
        ("/proc/report.json", "No such file or directory"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_report_that_cannot_be_written(report: str, reason: str, tmp_path: Path) -> None:
    if report.startswith("/") and not Path(report).parent.joinpath("full" if "dev" in report else "self").exists():
        pytest.skip(f"this system has no {report}")
    message = f"The report cannot be written to {report}: {reason}. {NO_REPORT}"
    assert outcome(run(POD, tmp_path, ACREG_REPORT=report)) == (1, b"", SAID.format(message).encode())
    assert not list(tmp_path.glob("*report*"))


# Its end


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "codes"), [(signal.SIGINT, (130, -2)), (signal.SIGTERM, (143, -15))])
@pytest.mark.parametrize("waits", [False, True], ids=["working", "waiting for manifests"])
def test_signals(  # noqa: PLR0913, PLR0917  # fixtures and a table's columns
    number: signal.Signals,
    codes: tuple[int, ...],
    waits: bool,  # noqa: FBT001  # a parameter of the test
    zipapp: Path,
    shiv_root: Path,
    tmp_path: Path,
) -> None:
    """At any moment: while it starts, while it reads, works, and writes its report and its output."""
    known = {"ACREG_REPORT": "report.json", "SHIV_ROOT": str(shiv_root)}
    big = containers(1_000)
    expected = moved(big)
    begun = time.monotonic()
    for _ in ("cold", "warm"):
        begun = time.monotonic()
        assert run(big, tmp_path, [zipapp], **known).stdout == expected
    length = time.monotonic() - begun
    report = (tmp_path / "report.json").read_bytes()
    ends = set()
    for step in range(SIGNALS + 1):
        process = start(tmp_path, [zipapp], **known)
        assert process.stdin
        if not waits:
            process.stdin.write(big)
            process.stdin.close()
            process.stdin = None
        time.sleep(1.2 * length * step / SIGNALS)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=LONGEST)
        ends.add(process.returncode)
        assert process.returncode in (*codes, 0) or b"KeyboardInterrupt" in stderr  # of Python's own start
        assert stdout == expected if process.returncode == 0 and not waits else expected.startswith(stdout)
        assert b"postrenderer" not in stderr  # no traceback of acreg's
        if waits and process.returncode == 0:  # Python's own start has lost the interrupt, and no manifests came
            assert b"KeyboardInterrupt" in stderr
            (tmp_path / "report.json").write_bytes(report)
        assert (tmp_path / "report.json").read_bytes() == report
    assert ends & set(codes)
    assert outcome(run(POD, tmp_path, [zipapp], SHIV_ROOT=str(shiv_root))) == (0, moved(POD), b"")
