"""What no chart should send and some day one will: an answer in bounded time, in plain words, and never half of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import forks
import pytest
from process import POD, containers, environment, moved

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

READ = {
    "10,000 levels in brackets": POD + b"x: " + b"[" * 10_000 + b"]" * 10_000 + b"\n",
    "10,000 levels of lists": POD + b"x:\n" + b"- " * 10_000 + b"y\n",
    "2,000 levels of mappings": POD + b"".join(b" " * level + b"x:\n" for level in range(2_000)),
    "an alias bomb": POD
    + b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + b"".join(b"a%d: &a%d [%s]\n" % (i, i, b", ".join([b"*a%d" % (i - 1)] * 9)) for i in range(1, 12)),
    "a scalar of 10 MB": POD + b"    args: ['" + b"x" * 10_000_000 + b"']\n",
    "a block of 10 MB": POD + b"    script: |\n" + b"      run something\n" * 500_000,
    "a comment of 10 MB": POD + b"# " + b"x" * 10_000_000 + b"\n",
    "a key of 100 kB": POD + b"? " + b"x" * 100_000 + b"\n: y\n",
    "100,000 documents": POD + b"---\nkind: ConfigMap\ndata: {}\n" * 100_000,
    "30,000 containers in one document": containers(30_000),
    "an unknown tag": POD + b"    x: !unknown y\n",
    "a tag of Python": POD + b"    x: !!python/object/apply:os.system ['exit 7']\n",
    "!!binary": POD + b"    x: !!binary aGVsbG8=\n",
    "an alias to itself": POD + b"    x: &a [*a]\n",
    "a mapping that merges itself": POD + b"x: &a\n  <<: *a\n",
    "mappings that merge each other": POD + b"x: &a\n  <<: &b\n    <<: *a\n  y: *b\n",
    "an anchor twice": POD + b"    x: &a 1\n    y: &a 2\n    z: *a\n",
    "line endings of two kinds": POD.replace(b"v1\n", b"v1\r\n").replace(b"a\n", b"a\r\n"),
    "nothing but markers": b"---\n" * 100_000,
    "a control character in an image, written as YAML has it": POD + b'    x: "\\x07 \\0"\n',
    "no manifests": b"",
    "only white space": b" \n\n\t\n",
    "a text": b"image nginx\n",
    "other text that is not UTF-8, where no image is": POD + b"---\nkind: ConfigMap\ndata: {a: \xff}\n",
    "directives": b"%YAML 1.1\n---\nx: 1\n...\n" * 1000,
}
SLOW = ("30,000 containers in one document", "a scalar of 10 MB")
REFUSED = {
    "more levels than Kubernetes reads": (
        POD + b"x: " + b"[" * 30_000 + b"]" * 30_000 + b"\n",
        "Pod (document 1), near line 1 of the stream, is nested too deep",
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
    "an escape beyond Unicode": (POD + b'    x: "\\U08000050"\n', "Pod (document 1) is not valid YAML: "),
    "tabs as indentation": (b"image:\n\tx: nginx:1\n", "document 1 is not valid YAML: "),
    "an unterminated quote": (POD + b'    x: "y\n', "Pod (document 1) is not valid YAML: "),
    "an unknown tag handle": (POD + b"    x: !e!unknown y\n", "Pod (document 1) is not valid YAML: "),
    "an undefined alias": (POD + b"    x: *nowhere\n", "Pod (document 1) is not valid YAML: found undefined alias"),
    "a directive twice": (b"%YAML 1.1\n%YAML 1.1\n" + POD, "Pod (document 1) is not valid YAML: "),
    "a byte order mark in front of a comment": (
        POD + b"    x: '\xef\xbb\xbf'\n#kind: Job\n",
        "Pod (document 1) is not valid YAML: a byte order mark (U+FEFF) further up may",
    ),
    "an open bracket": (POD + b"    x: [" + b"a," * 100_000, "Pod (document 1) is not valid YAML: "),
}


def run(stdin: bytes, folder: Path) -> subprocess.CompletedProcess[bytes]:
    return forks.run([], stdin, environment(folder), folder)


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in READ])
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
