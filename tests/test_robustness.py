"""What no chart should send and some day one will: an answer in bounded time, in plain words, and never half of one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REPOSITORY = Path(__file__).resolve().parents[1]
POD = b"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: nginx:1\n"
MOVED = b"registry.example.com/mirror/nginx:1"
SECRET = b"\n  imagePullSecrets:\n  - name: containerregistry\n  containers:"
TOO_SLOW = 2.3
"""The most by which the time may grow when the input doubles."""


def environment(home: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(REPOSITORY),
        "ACREG_REGISTRY": "registry.example.com",
        "ACREG_REPOSITORY_PATH": "mirror",
        **more,
    }


FILTER = (sys.executable, "-m", "postrenderer")


def start(home: Path, command: Sequence[str | Path] = FILTER, **more: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=home, env=environment(home, **more))


def run(stdin: bytes, home: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    process = start(home, **more)
    stdout, stderr = process.communicate(stdin)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def moved(text: bytes) -> bytes:
    return text.replace(b"nginx:1", MOVED).replace(b"\n  containers:", SECRET)


READ = {
    "10,000 levels in brackets": POD + b"x: " + b"[" * 10_000 + b"]" * 10_000 + b"\n",
    "10,000 levels of lists": POD + b"x:\n" + b"- " * 10_000 + b"y\n",
    "2,000 levels of mappings": POD + b"".join(b" " * level + b"x:\n" for level in range(2_000)),
    "an alias bomb": POD
    + b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + b"".join(b"a%d: &a%d [%s]\n" % (i, i, b", ".join([b"*a%d" % (i - 1)] * 9)) for i in range(1, 12)),
    "a scalar of 10 MB": POD + b"    args: ['" + b"x" * 10_000_000 + b"']\n",
    "100,000 documents": POD + b"---\nkind: ConfigMap\ndata: {}\n" * 100_000,
    "10,000 containers": POD + b"".join(b"  - name: c%d\n    image: nginx:1\n" % i for i in range(10_000)),
    "an unknown tag": POD + b"    x: !unknown y\n",
    "a tag of Python": POD + b"    x: !!python/object/apply:os.system ['exit 7']\n",
    "!!binary": POD + b"    x: !!binary aGVsbG8=\n",
    "an alias to itself": POD + b"    x: &a [*a]\n",
    "a mapping that merges itself": POD + b"x: &a\n  <<: *a\n",
    "an anchor twice": POD + b"    x: &a 1\n    y: &a 2\n    z: *a\n",
    "line endings of two kinds": POD.replace(b"v1\n", b"v1\r\n").replace(b"a\n", b"a\r\n"),
    "nothing but markers": b"---\n" * 100_000,
    "no manifests": b"",
    "only white space": b" \n\n\t\n",
    "a text": b"image nginx\n",
    "other text that is not UTF-8, where no image is": POD + b"---\nkind: ConfigMap\ndata: {a: \xff}\n",
    "directives": b"%YAML 1.1\n---\nx: 1\n...\n" * 1000,
}
REFUSED = {
    "more levels than Kubernetes reads": (
        POD + b"x: " + b"[" * 30_000 + b"]" * 30_000 + b"\n",
        "Pod (document 1) is nested too deep",
    ),
    "invalid UTF-8": (
        POD + b"    x: \xff\n",
        "The manifests are not UTF-8: byte 0xff at line 7 of the stream, in document 1.",
    ),
    "NUL": (POD + b"    x: \0\n", "Pod (document 1) is not valid YAML: "),
    "a control character": (POD + b"    x: \x07\n", "Pod (document 1) is not valid YAML: "),
    "UTF-16 without a mark": (POD.decode().encode("utf-16-le"), "The manifests are neither UTF-8 nor start with"),
    "half a character": (
        b"\xff\xfe" + POD.decode().encode("utf-16-le") + b"x",
        "The manifests start with a byte order",
    ),
    "tabs as indentation": (b"image:\n\tx: nginx:1\n", "document 1 is not valid YAML: "),
    "an unterminated quote": (POD + b'    x: "y\n', "Pod (document 1) is not valid YAML: "),
    "an unknown tag handle": (POD + b"    x: !e!unknown y\n", "Pod (document 1) is not valid YAML: "),
    "an undefined alias": (POD + b"    x: *nowhere\n", "Pod (document 1) is not valid YAML: found undefined alias"),
    "a directive twice": (b"%YAML 1.1\n%YAML 1.1\n---\n" + POD, "Pod (document 1) is not valid YAML: "),
    "an open bracket": (POD + b"    x: [" + b"a," * 100_000, "Pod (document 1) is not valid YAML: "),
}


@pytest.mark.parametrize("name", READ)
def test_read(name: str, tmp_path: Path) -> None:
    done = run(READ[name], tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == moved(READ[name])


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    stdin, message = REFUSED[name]
    done = run(stdin, tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().startswith(f"acreg: {message}")
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_mark(encoding: str, tmp_path: Path) -> None:
    done = run(POD.decode().encode(encoding), tmp_path)
    assert (done.returncode, done.stdout.decode(encoding)) == (0, moved(POD).decode())


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4294967295"},
        {"PYTHONOPTIMIZE": "2"},
        {"PYTHONDONTWRITEBYTECODE": "1"},
        {"SOURCE_DATE_EPOCH": "0", "TZ": "Antarctica/Troll"},
        {"HOME": "/nonexistent"},
    ],
    ids=str,
)
def test_environment(variables: dict[str, str], tmp_path: Path) -> None:
    text = POD + "# grün 😀\n".encode()
    done = run(text, tmp_path, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, moved(text), b"")


def test_other_yaml_on_pythonpath(zipapp: Path, tmp_path: Path) -> None:
    (tmp_path / "yaml.py").write_text("raise SystemExit('the wrong yaml')", encoding="utf-8")
    variables = environment(tmp_path, PYTHONPATH=str(tmp_path))
    done = subprocess.run([zipapp], input=POD, env=variables, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, moved(POD), b"")


GROWING: dict[str, Callable[[int], bytes]] = {
    "documents": lambda n: b"---\nimage: nginx:1\n" * n,
    "documents with anchors": lambda n: b"---\nx: &a {image: nginx:1}\n" + b"---\ny: *a\n" * n,
    "containers": lambda n: POD + b"".join(b"  - name: c%d\n    image: a/b:%d\n" % (i, i) for i in range(n)),
    "variables": lambda n: (
        POD + b"    env:\n" + b"".join(b"    - {name: A%d_IMAGE, value: a:1}\n" % i for i in range(n))
    ),
    "flags": lambda n: POD + b"    args:\n" + b"".join(b"    - --a%d-image=quay.io/a/b:1\n" % i for i in range(n)),
    "keys": lambda n: b"image: a/b:1\n" * n,
    "aliases": lambda n: b"image: &i a/b:1\n" + b"".join(b"a%d: *i\n" % i for i in range(n)),
    "merged mappings": lambda n: b"x: &a {image: a/b:1}\ny:\n" + b"- {<<: *a, c: 1}\n" * n,
    "lines of a script": lambda n: b"kind: X\nrun: |\n" + b"  docker run --image=quay.io/a/b:1 x\n" * n,
    "JSON in quotes": lambda n: b"kind: X\na: '[" + b'{"image":"a/b:1"},' * n + b"1]'\n",
    "escapes": lambda n: b'kind: X\na: "' + b"image: quay.io/a/b:1\\n" * n + b'"\n',
    "Secrets": lambda n: b"kind: Secret\ndata:\n" + b"".join(b"  k%d: aW1hZ2U6IGEvYjoxCg==\n" % i for i in range(n)),
    "old line endings": lambda n: b"a: b\r" * n + b"image: a/b:1\r",
    "directives": lambda n: b"%YAML 1.1\n---\nimage: a/b:1\n...\n" * n,
    "what looks like directives": lambda n: (b"---\na: |\n  x\n%TAG ! a\n") * n,
    "markers": lambda n: b"---\n" * n,
}


@pytest.mark.parametrize("name", GROWING)
def test_time_grows_no_faster_than_the_input(name: str, tmp_path: Path) -> None:
    """User CPU, from a size at which a run takes long enough to tell; other work on the machine may spoil a try."""
    resource = pytest.importorskip("resource")

    def seconds(size: int) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        run(GROWING[name](size), tmp_path)
        return float(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)

    started, size = seconds(0), 2_000
    while seconds(size) - started < 0.2 and size < 200_000:
        size *= 2
    tries = ((seconds(2 * size) - started) / max(seconds(size) - started, 0.1) for _ in range(6))
    assert any(growth < TOO_SLOW for growth in tries)


def test_a_reader_that_stops_reading(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    process.stdin.write(POD)
    process.stdin.close()
    assert process.wait() == 1
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            FILTER,
            input=POD,
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(tmp_path),
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.decode().startswith("acreg: The manifests cannot be written to standard output: No space left")


def test_no_room_for_the_report(tmp_path: Path) -> None:
    done = run(POD, tmp_path, ACREG_REPORT=str(tmp_path / "missing" / "report.json"))
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().startswith("acreg: The report cannot be written to ")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "codes"), [(signal.SIGINT, (130, -2)), (signal.SIGTERM, (143, -15))])
def test_signals(number: signal.Signals, codes: tuple[int, ...], zipapp: Path, tmp_path: Path) -> None:
    """While it starts, while it waits for the manifests, and while it works."""
    big = POD + b"".join(b"  - name: c%d\n    image: nginx:1\n" % i for i in range(20_000))
    subprocess.run([zipapp], input=POD, env=environment(tmp_path), stdout=subprocess.DEVNULL, check=True)
    for delay in (0.02, 0.05, 0.1, 0.3, 0.5):
        process = start(tmp_path, [zipapp])
        assert process.stdin
        if delay > 0.2:
            process.stdin.write(big)
            process.stdin.close()
            process.stdin = None
        time.sleep(delay)
        process.send_signal(number)
        stdout, stderr = process.communicate()
        assert process.returncode in (*codes, 0) or b"KeyboardInterrupt" in stderr  # of Python's own start
        assert stdout in (b"", moved(big))
        assert b"postrenderer" not in stderr  # no traceback of acreg's


def test_closed_stdin(tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", f"exec {sys.executable} -m postrenderer <&-"]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1


def test_a_terminal_gets_help(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(FILTER, stdin=theirs, env=environment(tmp_path), capture_output=True, check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode in (0, 2)
    assert b"usage" in (done.stdout + done.stderr).lower()
