from __future__ import annotations

import marshal
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from process import POD, REPOSITORY, moved, outcome

from postrenderer import lazy


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    with lazy.imports():
        broken = re.compile("(")
        pattern = re.compile("A+", re.IGNORECASE)
    assert pattern.pattern == "A+"
    assert pattern.sub("b", "caat") == "cbt"
    found = pattern.search("caat")
    assert found
    assert found.span() == (1, 3)
    with pytest.raises(re.error):
        broken.search("")


def test_patterns_are_compiled_at_once_again_when_an_import_fails() -> None:
    with pytest.raises(ModuleNotFoundError), lazy.imports():
        import_module("no_such_module")
    assert isinstance(re.compile("a"), re.Pattern)


def test_typing_is_not_imported_for_a_run_and_is_there_afterwards(tmp_path: Path) -> None:
    program = RENDER.format("") + "assert 'typing' not in sys.modules\nimport typing\ntyping.get_type_hints"
    isolated = ("-I", "-S")  # as the zipapp's start is, or what is in site-packages may import it
    assert outcome(run(program, tmp_path / "none", *isolated)) == (0, moved(POD), b"")


def test_modules_are_found_in_what_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "compiled"
    assert outcome(run(KEEP, file)) == (0, b"", b"")
    check = """
import importlib
for name in ("postrenderer.rewrite", "postrenderer.sites"):
    kept = sys.modules.pop(name)
    assert kept.__loader__ is lazy._Modules, name
    found = importlib.import_module(name)
    assert found.__loader__ is not lazy._Modules, name
    assert (kept.__file__, kept.__package__) == (found.__file__, found.__package__)
    assert getattr(kept, "__path__", None) == getattr(found, "__path__", None)
"""
    assert outcome(run(RENDER.format("") + check, file)) == (0, moved(POD), b"")


RENDER = (
    f"import sys; sys.path[:0] = {[str(REPOSITORY), str(Path(yaml.__file__).parents[1])]}"
    """
from postrenderer import lazy
lazy._FILE = sys.argv[1]
{}
with lazy.imports():
    from postrenderer import rewrite
    from postrenderer.settings import Settings
settings = Settings("registry.example.com", "mirror")
sys.stdout.write(b"".join(rewrite.post_render(sys.stdin.buffer.read(), settings).output).decode())
"""
)
KEEP = RENDER.partition("{}")[0] + "lazy.keep()"
NO_PATTERNS = "lazy._compile = None"
NO_CONSTRUCTORS = "lazy.eval = lambda made, names: None if isinstance(made, str) else eval(made, names)"


def run(program: str, file: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, *options, "-c", program, str(file)]
    return subprocess.run(command, input=POD, cwd=REPOSITORY, capture_output=True, check=False)


@pytest.mark.parametrize("refusing", [NO_PATTERNS, NO_CONSTRUCTORS])
def test_what_is_kept_is_not_compiled_again(refusing: str, tmp_path: Path) -> None:
    file = tmp_path / "compiled"
    assert run(RENDER.format(refusing), file).returncode == 1
    assert outcome(run(KEEP, file)) == (0, b"", b"")
    assert outcome(run(RENDER.format(refusing), file)) == (0, moved(POD), b"")


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"garbage", marshal.dumps(1), marshal.dumps(((0, 0), {})), marshal.dumps((1, 2, 3))]
)
def test_what_cannot_be_used_is_compiled(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "compiled").write_bytes(content)
    assert outcome(run(RENDER.format(""), tmp_path / "compiled")) == (0, moved(POD), b"")


def test_what_is_kept_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "compiled"
    run(KEEP, file)
    interpreter, kept = marshal.loads(file.read_bytes())  # noqa: S302  # just written
    file.write_bytes(marshal.dumps((interpreter, {**kept, "more": 1})))
    assert outcome(run(KEEP, file)) == (0, b"", b"")
    assert marshal.loads(file.read_bytes())[1].keys() == kept.keys()  # noqa: S302  # likewise


def test_what_another_interpreter_has_kept_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "compiled"
    run(KEEP, file)
    interpreter, kept = marshal.loads(file.read_bytes())  # noqa: S302  # just written
    broken: dict[object, object] = {key: (0, b"", 0, {}, ()) for key in kept}
    file.write_bytes(marshal.dumps((interpreter, broken)))
    assert run(RENDER.format(""), file).returncode == 1
    file.write_bytes(marshal.dumps(((interpreter[0] + 1, interpreter[1]), broken)))
    assert outcome(run(RENDER.format(""), file)) == (0, moved(POD), b"")
