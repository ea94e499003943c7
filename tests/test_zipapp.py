from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml
from interpreters import interpreter

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.zipapp,
    pytest.mark.skipif(sys.platform == "win32", reason="the zipapp is started as POSIX systems do"),
]

REPOSITORY = Path(__file__).resolve().parents[1]
MANIFEST = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx:1.27\n"
RENDERED = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: registry.example.com/mirror/nginx:1.27\n"
OTHER_BUILD = "acreg.pyz_" + "0" * 64


class Machine(NamedTuple):
    """A user's machine: a zipapp and an environment."""

    zipapp: Path
    environment: dict[str, str]

    @property
    def root(self) -> Path:
        return Path(self.environment["HOME"], ".shiv")

    @property
    def fallback(self) -> Path:
        return Path(self.environment["TMPDIR"], f"acreg-{os.getuid()}")

    @property
    def extraction(self) -> Path:
        (folder,) = (path for path in self.root.glob("acreg.pyz_*") if path.name != OTHER_BUILD)
        return folder

    def with_(self, **environment: str) -> Machine:
        return self._replace(environment={**self.environment, **environment})

    def run(self, *command: str, before: str = "") -> subprocess.CompletedProcess[str]:
        """Filter MANIFEST through the zipapp, or through `command`; `before` is a line of shell in front of it."""
        return subprocess.run(
            ["/bin/sh", "-c", f'{before}\nexec "$@"', "sh", *(command or [str(self.zipapp)])],
            input=MANIFEST,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def renders(self, *command: str, before: str = "") -> str:
        """Filter MANIFEST as `run` does, expect that it goes well, and return what is on stderr."""
        run = self.run(*command, before=before)
        assert (run.returncode, run.stdout) == (0, RENDERED), run.stderr
        return run.stderr


@pytest.fixture
def machine(zipapp: Path, tmp_path: Path) -> Machine:
    """A machine that has never run acreg."""
    return machine_in(tmp_path, zipapp)


def machine_in(folder: Path, zipapp: Path) -> Machine:
    """A machine with its home and its temporary files in a folder."""
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    return Machine(
        zipapp,
        {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "ACREG_PYTHON": sys.executable,
            "ACREG_REGISTRY": "registry.example.com",
            "ACREG_REPOSITORY_PATH": "mirror",
            "ACREG_PULL_SECRETS": "",
        },
    )


@pytest.fixture(scope="session")
def extracted(zipapp: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a first start leaves below a home."""
    machine = machine_in(tmp_path_factory.mktemp("extracted"), zipapp)
    assert machine.renders() == ""
    return machine.root


@pytest.fixture
def warm(machine: Machine, extracted: Path) -> Machine:
    """A machine that has run acreg before."""
    shutil.copytree(extracted, machine.root)  # with the times that the stamp names
    return machine


def python(minors: range) -> str:
    """Return a Python 3 of one of the given minor versions that is not the one that runs the tests."""
    found = next(filter(None, (interpreter(minor) for minor in minors if minor != sys.version_info[1])), None)
    return found or pytest.skip(f"no other Python 3.{minors[0]} to 3.{minors[-1]} here")


def files(machine: Machine) -> Iterator[tuple[Path, bytes]]:
    """Where each file of the zipapp's site-packages is extracted to, and what the zipapp has for it."""
    with zipfile.ZipFile(machine.zipapp) as archive:
        for name in archive.namelist():
            if name.startswith("site-packages/"):
                yield machine.extraction / name, archive.read(name)


def imported(run_stderr: str) -> set[str]:
    """The modules that `-X importtime` names."""
    return set(re.findall(r"^import time:.*\| +(\S+)$", run_stderr, re.MULTILINE))


# What is built


@pytest.mark.slow
def test_two_builds_from_two_folders_with_two_umasks_are_equal(tmp_path: Path) -> None:
    cache = REPOSITORY / ".cache"
    cache.mkdir(exist_ok=True)
    built = []
    for name, umask in (("one", 0o022), ("the other", 0o077)):
        checkout = tmp_path / name
        checkout.mkdir()
        sources = [REPOSITORY / "postrenderer", REPOSITORY / "scripts"]
        subprocess.run(["cp", "-r", *sources, checkout], umask=umask, check=True)
        (checkout / ".cache").symlink_to(cache)
        subprocess.run([checkout / "scripts" / "build"], umask=umask, check=True)
        built.append((checkout / "dist" / "acreg.pyz").read_bytes())
    assert built[0] == built[1]


def test_the_launcher_stands_in_front_and_inside(zipapp: Path) -> None:
    raw = zipapp.read_bytes()
    with zipfile.ZipFile(zipapp) as archive:
        launcher = archive.read("__main__.py")
    assert launcher
    assert raw[: raw.index(b"PK\x03\x04")].endswith(b'"$0" "$@"\n' + launcher)


compiled = pytest.mark.skipif(not yaml.__with_libyaml__, reason="the zipapp under test has no C extension either")


@compiled
@pytest.mark.parametrize("minor", range(9, 15))
def test_the_c_extension_is_there_for_every_python(zipapp: Path, minor: int) -> None:
    with zipfile.ZipFile(zipapp) as archive:
        names = set(archive.namelist())
    cpython, windows = (f"site-packages/yaml/_yaml.{tag}3{minor}" for tag in ("cpython-", "cp"))
    expected = {f"{cpython}-x86_64-linux-gnu.so", f"{cpython}-aarch64-linux-gnu.so", f"{cpython}-darwin.so"}
    expected.add(f"{windows}-win_amd64.pyd")
    if minor > 10:
        expected |= {f"{cpython}-x86_64-linux-musl.so", f"{cpython}-aarch64-linux-musl.so"}
    assert expected <= names


@compiled
@pytest.mark.skipif(sys.platform != "linux", reason="a Linux extension is loaded")
def test_a_stripped_extension_loads(machine: Machine) -> None:
    run = machine.with_(SHIV_INTERPRETER="1").run(
        str(machine.zipapp), "-c", "import yaml; print(yaml.load('a: [1]', yaml.CSafeLoader))"
    )
    assert (run.stdout, run.stderr) == ("{'a': [1]}\n", "")


# How it starts


def test_a_warm_start_imports_little(warm: Machine) -> None:
    modules = imported(warm.renders(sys.executable, "-ISX", "importtime", str(warm.zipapp)))
    assert "postrenderer.__main__" in modules
    assert not modules & {"_bootstrap", "_extraction", "argparse", "jsonpatch", "logging", "subprocess", "zipfile"}
    assert not modules & {"pathlib", "rich", "tempfile"}
    assert not [name for name in modules if name.startswith(("postrenderer.cli", "postrenderer.registry"))]


def test_settings_on_the_command_line_import_no_more_than_their_parser(warm: Machine) -> None:
    flags = ["-ISX", "importtime", str(warm.zipapp), "--registry=registry.example.com"]
    modules = imported(warm.renders(sys.executable, *flags))
    assert not modules & {"_extraction", "jsonpatch", "logging", "rich", "subprocess", "tempfile"}
    commands = {name for name in modules if name.startswith("postrenderer.cli.")}
    expected = ("arguments", "front", "helptext", "inputs", "render", "tempfolder")
    assert commands <= {f"postrenderer.cli.{name}" for name in expected}


def test_an_extraction_beside_the_zipapp_is_used(machine: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "plugin" / "dist"
    (folder / "extracted").mkdir(parents=True)
    copy = shutil.copy(machine.zipapp, folder)
    link = tmp_path / "acreg.pyz"
    link.symlink_to(copy)
    for command in (copy, link):
        assert machine.renders(str(command)) == ""
    assert len(list((folder / "extracted").glob("acreg.pyz_*"))) == 1
    assert not machine.root.exists()


def test_everything_but_the_progress_bar_is_compiled_on_the_first_start(machine: Machine) -> None:
    machine = machine.with_(PYTHONDONTWRITEBYTECODE="1")
    machine.renders(sys.executable, str(machine.zipapp))
    sources = [path for path, _ in files(machine) if path.suffix == ".py" and "rich" not in path.parts]
    tag = sys.implementation.cache_tag
    assert all((path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").exists() for path in sources)


def test_another_interpreter_uses_the_same_extraction(warm: Machine) -> None:
    warm = warm.with_(ACREG_PYTHON=python(range(9, 15)))
    assert warm.renders() == ""
    assert len(list(warm.extraction.glob("*.stamp"))) == 2


def test_the_exit_code_is_acregs(warm: Machine) -> None:
    assert warm.with_(ACREG_REGISTRY="https://registry.example.com").run().returncode == 2


@pytest.mark.parametrize("python", ["python2", "python2.7", "no-such-python"])
def test_no_python_is_told_what_to_do(machine: Machine, python: str) -> None:
    environment = {"PATH": os.environ["PATH"], "ACREG_PYTHON": python}
    run = subprocess.run([machine.zipapp], env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert re.fullmatch(f"acreg: needs Python 3.9 or newer, and {python} is none, .*ACREG_PYTHON.*\n", run.stderr)


@pytest.mark.parametrize("files", [11, 12, 13])
def test_few_open_files_are_no_lack_of_python(warm: Machine, files: int) -> None:
    """dash keeps the script open as number 10, and a redirection would need the two after it."""
    run = warm.run(before=f"ulimit -n {files}")
    assert "needs Python" not in run.stderr, run
    assert (run.returncode == 0) == (run.stdout == RENDERED), run


def test_an_old_python_is_told_what_to_do(machine: Machine) -> None:
    run = machine.with_(ACREG_PYTHON=python(range(6, 9))).run()
    assert (run.returncode, run.stdout) == (2, "")
    assert re.fullmatch("acreg: needs Python 3.9 or newer, and this is 3.[678]. .*ACREG_PYTHON.*\n", run.stderr)


@pytest.mark.parametrize("command", [["{zipapp}"], [sys.executable, "{zipapp}"]], ids=["itself", "python3"])
def test_pythonpath_does_not_reach_what_is_bundled(machine: Machine, tmp_path: Path, command: list[str]) -> None:
    for module in ("yaml", "jsonpatch", "postrenderer"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('shadowed')")
    machine = machine.with_(PYTHONPATH=str(tmp_path))
    for _ in ("cold", "warm"):
        assert machine.renders(*(part.format(zipapp=machine.zipapp) for part in command)) == ""


def test_it_runs_from_any_path(machine: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "Größe & Maß"
    folder.mkdir()
    copy = shutil.copy(machine.zipapp, folder / "post renderer")
    folder.chmod(0o555)
    link = tmp_path / "link"
    link.symlink_to(copy)
    assert machine.renders(str(copy)) == ""
    assert machine.renders(str(link)) == ""


@pytest.mark.slow
def test_many_first_runs_at_once(machine: Machine) -> None:
    with ThreadPoolExecutor(15) as pool:
        assert set(pool.map(lambda _: machine.renders(), range(15))) == {""}
    assert all(path.read_bytes() == content for path, content in files(machine))


# Where it is extracted to


@pytest.mark.parametrize("home", ["a file", "/proc/1"])
def test_without_a_home_it_is_extracted_to_a_private_folder(machine: Machine, tmp_path: Path, home: str) -> None:
    (tmp_path / "a file").touch()
    machine = machine.with_(HOME=str(tmp_path / home))
    assert machine.renders() == ""
    assert machine.fallback.stat().st_mode & 0o777 == 0o700
    modules = imported(machine.renders(sys.executable, "-ISX", "importtime", str(machine.zipapp)))
    assert "_extraction" not in modules


@pytest.mark.parametrize("exists", [True, False], ids=["empty", "not there yet"])
def test_the_folder_that_shiv_root_names_comes_before_others(warm: Machine, tmp_path: Path, exists: bool) -> None:  # noqa: FBT001  # a parameter of the test
    shutil.copytree(warm.root, warm.fallback)
    named = tmp_path / "named"
    if exists:
        named.mkdir()
    named_machine = warm.with_(SHIV_ROOT=str(named))
    for _ in ("cold", "warm"):
        assert named_machine.renders() == ""
        assert len(list(named.glob("acreg.pyz_*"))) == 1


def test_where_the_folder_that_shiv_root_names_cannot_be_made_another_is_used(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    machine = machine.with_(SHIV_ROOT=str(tmp_path / "a file" / "root"))
    for _ in ("cold", "warm"):
        assert machine.renders() == ""
    assert len(list(machine.fallback.glob("acreg.pyz_*"))) == 1
    assert not machine.root.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_not_trusted(warm: Machine) -> None:
    shutil.move(warm.root, warm.fallback)
    os.chown(warm.fallback, 12345, 12345)
    warm = warm.with_(HOME="/proc/1")
    stderr = warm.renders()
    assert f"{warm.fallback}: belongs to another user" in stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("mode", [0o755, 0o1777])
def test_a_folder_that_lies_in_one_of_another_user_is_not_trusted(warm: Machine, tmp_path: Path, mode: int) -> None:
    """Its owner can put another one in its place between the check and the import."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    shutil.move(warm.root, theirs / "root")
    os.chown(theirs, 12345, 12345)
    theirs.chmod(mode)
    assert warm.with_(SHIV_ROOT=str(theirs / "root")).renders() == ""
    assert len(list(warm.fallback.glob("acreg.pyz_*"))) == 1


PLANTED = "import sys\nsys.stderr.write('planted\\n')\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "place", "mode"),
    [
        ("HOME", ".", 0o1777),
        ("SHIV_ROOT", ".", 0o777),
        ("beside", ".", 0o770),
        ("SHIV_ROOT", "..", 0o777),
        ("SHIV_ROOT", "..", 0o775),
        ("HOME", "acreg.pyz_*", 0o777),
        ("HOME", "acreg.pyz_*/*.stamp", 0o666),
        ("SHIV_ROOT", "acreg.pyz_*/site-packages", 0o777),
        ("HOME", "acreg.pyz_*/site-packages/postrenderer/cli", 0o777),
        ("HOME", "acreg.pyz_*/site-packages/postrenderer/__pycache__", 0o777),
        ("HOME", "acreg.pyz_*/site-packages/postrenderer/__main__.py", 0o666),
    ],
)
def test_what_others_can_write_to_is_not_run(  # noqa: PLR0913, PLR0917  # fixtures and a table's columns
    machine: Machine, extracted: Path, tmp_path: Path, way: str, place: str, mode: int
) -> None:
    """Whoever owns it: size and time of what is planted are those that the stamp names."""
    folder = tmp_path / "folder"
    root = {"HOME": folder / ".shiv", "SHIV_ROOT": folder / "root", "beside": folder / "extracted"}[way]
    shutil.copytree(extracted, root)
    if way == "beside":
        machine = machine._replace(zipapp=Path(shutil.copy(machine.zipapp, folder)))
    else:
        machine = machine.with_(**{way: str(folder if way == "HOME" else root)})
    assert machine.renders() == ""
    (path,) = [root.parent] if place == ".." else [root] if place == "." else root.glob(place)
    (planted,) = root.glob("acreg.pyz_*/site-packages/postrenderer/__main__.py")
    bytecode = planted.parent / "__pycache__" / f"__main__.{sys.implementation.cache_tag}.pyc"
    for old in (planted, bytecode):
        found = old.stat()
        old.write_bytes(PLANTED.encode().ljust(found.st_size) if old == planted else b"")
        os.utime(old, ns=(found.st_atime_ns, found.st_mtime_ns))
    (stamp,) = root.glob("acreg.pyz_*/*.stamp")
    lines = [line for line in stamp.read_text().splitlines(keepends=True) if bytecode.name not in line]
    stamp.write_text("".join(lines))
    bytecode.unlink()
    path.chmod(mode)
    assert machine.renders() == ""
    assert machine.renders() == ""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("place", ["acreg.pyz_*", "acreg.pyz_*/*.stamp", "acreg.pyz_*/site-packages/yaml/nodes.py"])
def test_what_another_user_has_put_into_a_folder_of_ours_is_replaced(warm: Machine, place: str) -> None:
    (path,) = warm.root.glob(place)
    os.chown(path, 12345, 12345)
    assert warm.renders() == ""
    (path,) = warm.root.glob(place)
    assert path.stat().st_uid == 0


def test_a_loose_umask_makes_no_extraction_that_others_can_write_to(machine: Machine) -> None:
    machine.renders(before="umask 0")
    assert not [path for path in machine.root.rglob("*") if path.stat().st_mode & 0o022]
    modules = imported(machine.renders(sys.executable, "-ISX", "importtime", str(machine.zipapp)))
    assert "_extraction" not in modules


def test_with_nowhere_to_write_it_runs_from_the_zipapp(machine: Machine, tmp_path: Path) -> None:
    nowhere = tmp_path / "a file"
    nowhere.touch()
    stderr = machine.with_(HOME=str(nowhere), TMPDIR=str(nowhere)).renders()
    assert re.fullmatch(r"acreg: warning: .*: Not a directory; .*: Not a directory\)\. Set SHIV_ROOT to .*\n", stderr)


def test_a_full_disk_does_not_stop_it(machine: Machine) -> None:
    stderr = machine.renders(before="ulimit -f 100")
    assert stderr.startswith("acreg: warning: ")
    assert not [*machine.root.glob("acreg.pyz_*"), *machine.fallback.glob("acreg.pyz_*")]
    assert machine.renders() == ""


# How an extraction is kept in order


@pytest.mark.parametrize("read_before", ["", "import zipimport; zipimport.zipimporter(sys.argv[1]); "])
def test_a_zipapp_that_is_replaced_while_it_starts(machine: Machine, tmp_path: Path, read_before: str) -> None:
    """Its launcher is read, then the file is another one: that one starts, and each build has a folder of its own.

    It may also be that Python has read by then where the files lie in the old one.
    """
    old, new = Path(shutil.copy(machine.zipapp, tmp_path / "old.pyz")), tmp_path / "new.pyz"
    with zipfile.ZipFile(old) as archive:
        build_id = json.loads(archive.read("environment.json"))["build_id"].encode()
        with zipfile.ZipFile(new, "w") as target:
            for name in archive.namelist():
                content = archive.read(name).replace(build_id, b"f" * 64)
                if name == "site-packages/postrenderer/__init__.py":
                    content += b"import sys\nsys.stderr.write('new')\n"
                target.writestr(name, content)
    new.write_bytes(_head(old).replace(build_id, b"f" * 64) + new.read_bytes())
    new.chmod(0o755)
    read = re.search(r"^text = (open.*)$", old.read_bytes().partition(b"PK")[0].decode(), re.MULTILINE)
    assert read
    program = f"import os, sys; code = {read[1]}; {read_before}os.replace({str(new)!r}, sys.argv[1]); exec(code)"
    machine = machine._replace(zipapp=old)
    assert machine.renders(sys.executable, "-I", "-S", "-c", program, str(old)) == "new"
    (extraction,) = machine.root.glob("acreg.pyz_*")
    assert extraction.name == "acreg.pyz_" + "f" * 64


def _head(zipapp: Path, comment: str = "") -> bytes:
    """What stands in front of the zip archive, with a longer launcher."""
    head = zipapp.read_bytes().partition(b"PK\3\4")[0].decode()
    length = len(head.encode())
    head = head.replace(f"({length:6})", f"({length + len(comment):6})")
    return (head.removesuffix("start()\n") + f"{comment}start()\n").encode()


def test_a_zipapp_that_is_replaced_before_its_launcher_is_read(machine: Machine, tmp_path: Path) -> None:
    """A shell has read where the launcher lies, and in the new file it lies elsewhere."""
    zipapp = Path(shutil.copy(machine.zipapp, tmp_path / "acreg.pyz"))
    raw = zipapp.read_bytes()
    command = raw.partition(b" -c '")[2].partition(b'\' "$0"')[0].decode()
    for comment in ("# longer\n", "# so long that nothing of it would run\n" * 200):
        zipapp.write_bytes(_head(machine.zipapp, comment) + raw[raw.index(b"PK\3\4") :])
        assert machine.renders(sys.executable, "-I", "-S", "-c", command, str(zipapp)) == ""
    zipapp.write_bytes(raw.replace(b"\nstart()\n", b"\n_tart()\n"))
    run = machine.run(str(zipapp))
    assert (run.returncode, run.stdout, run.stderr) == (1, "", f"acreg: {zipapp} is damaged: download it again.\n")


def test_a_zipapp_that_is_damaged_says_so_after_a_few_starts(machine: Machine, tmp_path: Path) -> None:
    damaged = Path(shutil.copy(machine.zipapp, tmp_path / "damaged.pyz"))
    head, marker, rest = damaged.read_bytes().partition(b"PK\3\4")
    damaged.write_bytes(head + marker + rest.replace(b"PK\3\4", b"PK\3\5"))
    run = machine.run(str(damaged))
    assert (run.returncode, run.stdout) == (1, "")
    assert "ImportError" in run.stderr


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        *(("site-packages/yaml/__init__.py", damage) for damage in ("missing", "cut short", "overwritten")),
        ("site-packages/yaml/__pycache__/nodes.*", "missing"),
        ("site-packages/yaml/__pycache__/nodes.*", "overwritten"),
        ("*.stamp", "cut short"),
    ],
)
def test_a_damaged_extraction_is_repaired(warm: Machine, pattern: str, damage: str) -> None:
    (path,) = warm.extraction.glob(pattern)
    size = path.stat().st_size
    path.unlink()
    if damage != "missing":
        path.write_bytes(b"?" * (size if damage == "overwritten" else size // 2))
        os.utime(path, (0, 0))
    assert warm.renders() == ""
    assert all(path.read_bytes() == content for path, content in files(warm))
    assert warm.renders() == ""


def test_what_a_killed_run_has_left_is_used_up(warm: Machine) -> None:
    unfinished = warm.extraction.rename(f"{warm.extraction}.tmp")
    (unfinished / "site-packages" / "yaml" / "__init__.py").write_bytes(b"")
    assert warm.renders() == ""
    assert not unfinished.exists()


@pytest.mark.parametrize("start", ["first", "later"])
def test_what_other_builds_have_left_is_removed_after_a_day(machine: Machine, start: str) -> None:
    if start == "later":
        machine.renders()
        os.utime(machine.extraction, (0, 0))
    now = time.time()
    for name, age in (
        (OTHER_BUILD, 25),
        (OTHER_BUILD + ".tmp", 25),
        (OTHER_BUILD[:-1] + "1", 23),
        ("other.pyz_00", 25),
    ):
        (machine.root / name / "site-packages").mkdir(parents=True)
        os.utime(machine.root / name, (now - age * 3600, now - age * 3600))
    assert machine.renders() == ""
    left = {path.name for path in machine.root.glob("*.pyz_*")}
    assert OTHER_BUILD not in left
    assert OTHER_BUILD + ".tmp" not in left
    assert {OTHER_BUILD[:-1] + "1", "other.pyz_00"} < left
    assert (machine.root / max(left)).exists()
