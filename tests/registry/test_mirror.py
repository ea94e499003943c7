"""`acreg mirror` between real registries."""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from postrenderer.reference import parse
from registry import images
from registry.conftest import Acreg, Published, login, push
from registry.servers import PASSWORD, USERNAME

if TYPE_CHECKING:
    from registry.servers import Registry


def _counts(output: str) -> dict[str, int]:
    return {status: int(count) for count, status in re.findall(r"(\d+) (copied|replaced|present|failed)", output)}


def _digest(reference: str, authority: Path | None = None, credentials: str = "") -> str:
    """Return the digest of what skopeo finds under a reference."""
    parsed = parse(reference)
    name = f"{parsed.repository}@{parsed.digest}" if parsed.digest else reference
    tls = ["--tls-verify=false"] if authority is None else ["--cert-dir", str(authority.parent)]
    login = ["--creds", credentials] if credentials else []
    command = ["skopeo", "inspect", "--raw", *tls, *login, f"docker://{name}"]
    manifest = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    run = subprocess.run(["sha256sum"], input=manifest, stdout=subprocess.PIPE, check=True)
    return f"sha256:{run.stdout.decode().split()[0]}"


def test_every_image_arrives_where_the_filter_points_and_again_is_skipped(
    acreg: Acreg, published: Published, secured: Registry, authority: tuple[Path, object]
) -> None:
    first = acreg.run("mirror", "--list", "images.txt", **login(secured))
    assert (first.code, _counts(first.stdout)["copied"]) == (0, 38), first.stderr
    again = acreg.run("mirror", "--list", "images.txt", **login(secured))
    assert (again.code, _counts(again.stdout)["present"]) == (0, 38), again.stderr
    manifests = "".join(f"---\nimage: {reference}\n" for reference in published.references)
    rendered = acreg.run("render", stdin=manifests, **login(secured))
    targets = re.findall("^image: (.*)$", rendered.stdout, re.MULTILINE)
    assert len(targets) == 38
    for source, target in zip(published.references, targets):
        assert target.startswith(f"{secured.host}/appcircle/")
        assert _digest(target, authority[0], f"{USERNAME}:{PASSWORD}") == published.digests[source]
    checked = acreg.run("check", "--digests", stdin=manifests, **login(secured))
    assert checked.code == 0, checked.stdout


def test_killed_in_the_middle_and_resumed(acreg: Acreg, published: Published, secured: Registry) -> None:
    environment = {**acreg.environment, **login(secured)}
    command = acreg.command("mirror", "--list", "images.txt", "--jobs", 2)
    with subprocess.Popen(
        command, env=environment, cwd=acreg.folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("[ 6/"):
                process.send_signal(signal.SIGKILL)
                break
    left = [path for path in Path(acreg.environment["TMPDIR"]).rglob("*") if path.is_file()]
    assert [path for path in left if PASSWORD.encode() in path.read_bytes() or path.name != "ca.crt"] == []
    resumed = acreg.run("mirror", "--list", "images.txt", **login(secured))
    counts = _counts(resumed.stdout)
    assert resumed.code == 0, resumed.stderr
    assert 6 <= counts["present"] < 38
    assert counts["present"] + counts["copied"] == len(published.references)
    assert list(Path(acreg.environment["TMPDIR"]).iterdir()) == []


def test_terminated_it_leaves_nothing_behind(acreg: Acreg, plain: Registry) -> None:
    environment = {**acreg.environment, "ACREG_REGISTRY": plain.host}
    command = acreg.command("mirror", "--list", "images.txt", "--insecure-registry", plain.host, "--jobs", 1)
    command += ["--insecure-registry", acreg.environment["ACREG_INSECURE_REGISTRIES"]]
    with subprocess.Popen(command, env=environment, cwd=acreg.folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("[ 1/38] copied")
        process.terminate()
    assert process.returncode == 130
    assert list(Path(acreg.environment["TMPDIR"]).iterdir()) == []


def test_a_wrong_password_ends_the_run_before_the_account_is_locked(acreg: Acreg, secured: Registry) -> None:
    run = acreg.run("mirror", "--list", "images.txt", "--jobs", 2, **login(secured, "wrong-password"))
    assert (run.code, _counts(run.stdout)["failed"]) == (1, 38)
    assert "refuses the credentials" in run.stdout
    assert run.stdout.count("not tried") >= 34
    assert "wrong-password" not in run.stdout + run.stderr


def test_a_registry_that_goes_down_fails_the_rest_and_they_come_later(acreg: Acreg, secured: Registry) -> None:
    environment = {**acreg.environment, **login(secured)}
    command = acreg.command("mirror", "--list", "images.txt", "--jobs", 1, "--retries", 0)
    with subprocess.Popen(
        command, env=environment, cwd=acreg.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        for line in process.stderr:
            if line.startswith("[ 4/"):
                secured.stop()
                break
        process.stderr.read()
        output = process.stdout.read()
    counts = _counts(output)
    assert process.returncode == 1
    assert counts["copied"] + counts["failed"] == 38
    assert counts["copied"] >= 4
    assert "the registry does not answer" in output
    secured.start()
    again = acreg.run("mirror", "--list", "images.txt", **login(secured))
    assert (again.code, _counts(again.stdout)["failed"]) == (0, 0)


def test_a_registry_that_comes_back_in_time_is_tried_again(acreg: Acreg, published: Published, plain: Registry) -> None:
    plain.stop()
    listed = acreg.folder / "one.txt"
    listed.write_text(published.references[1])
    hosts = f"{plain.host},{published.registry.host}"
    environment = {**acreg.environment, "ACREG_REGISTRY": plain.host, "ACREG_INSECURE_REGISTRIES": hosts}
    command = acreg.command("mirror", "--list", listed)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        plain.start()
        output = process.communicate()[0]
    assert (process.returncode, _counts(output)["copied"]) == (0, 1)


def test_another_image_under_the_target_tag_is_replaced_and_named(
    acreg: Acreg, published: Published, plain: Registry
) -> None:
    source = next(reference for reference in published.references if "@" not in reference)
    target = source.replace(published.source, f"{plain.host}/appcircle")
    old = images.build(acreg.folder / "old", "another")
    push(acreg.folder / "old", target)
    listed = acreg.folder / "one.txt"
    listed.write_text(f"{source}\n")
    hosts = f"{plain.host},{published.registry.host}"
    more = {"ACREG_REGISTRY": plain.host, "ACREG_INSECURE_REGISTRIES": hosts}
    checked = acreg.run("check", "--digests", "--list", listed, **more)
    assert (checked.code, "differs" in checked.stdout) == (1, True), checked
    run = acreg.run("mirror", "--list", listed, **more)
    assert (run.code, _counts(run.stdout)["replaced"]) == (0, 1)
    assert f"was {old}" in run.stdout
    assert _digest(target) == published.digests[source]


def test_the_password_shows_nowhere(acreg: Acreg, secured: Registry) -> None:
    key = acreg.folder / "cred.json"
    key.write_text("source-key-material\n")
    secrets = [PASSWORD, "source-key-material"]
    pairs = (f"{USERNAME}:{PASSWORD}", "_json_key:source-key-material")
    needles = [text.encode() for text in secrets + [base64.b64encode(pair.encode()).decode() for pair in pairs]]
    environment = {**acreg.environment, **login(secured)}
    command = acreg.command("mirror", "--list", "images.txt", "--source-username", "_json_key")
    command += ["--source-password-file", str(key)]
    seen: set[bytes] = set()
    with subprocess.Popen(
        command, env=environment, cwd=acreg.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        while process.poll() is None:
            for child in _descendants(process.pid):
                seen.update(_told_by(child))
        assert process.stdout is not None
        output = process.stdout.read()
    assert process.returncode == 0, output
    assert sum(text.startswith(b"/usr/bin/skopeo\0copy\0") for text in seen) > 3
    own = Path(f"/proc/{os.getpid()}/cmdline").read_bytes()
    for needle in needles:
        assert not [text for text in [*seen, output, own] if needle in text]


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return found
    for child in children:
        found += [child, *_descendants(child)]
    return found


def _told_by(pid: int) -> list[bytes]:
    try:
        texts = [Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
    except OSError:
        return []
    return texts if texts[0].startswith(b"/usr/bin/skopeo") else []  # else between fork and exec, still our own


@pytest.mark.parametrize("form", ["list", "script", "skopeo-sync"])
def test_dry_runs_and_forms_for_others_copy_nothing(
    form: str, acreg: Acreg, published: Published, plain: Registry
) -> None:
    run = acreg.run("mirror", "--list", "images.txt", "-o", form, ACREG_REGISTRY=plain.host)
    assert run.code == 0, run.stderr
    assert all(parse(reference).path in run.stdout for reference in published.references)
    assert list((plain.folder / "data").iterdir()) == []
    if form == "list":
        assert acreg.run("mirror", "--list", "images.txt", "--dry-run", ACREG_REGISTRY=plain.host) == run


@pytest.mark.parametrize("form", ["script", "skopeo-sync"])
def test_the_forms_for_others_work(form: str, acreg: Acreg, published: Published, plain: Registry) -> None:
    (acreg.folder / "some.txt").write_text("\n".join(published.references[:12]))
    more = {"ACREG_REGISTRY": plain.host, "ACREG_INSECURE_REGISTRIES": f"{plain.host},{published.registry.host}"}
    text = acreg.run("mirror", "--list", "some.txt", "-o", form, **more).stdout
    if form == "script":
        subprocess.run(["sh", "-s", "-", "--quiet"], input=text.encode(), check=True)
    else:
        for number, part in enumerate(text.split("---\n")):
            file = acreg.folder / f"{number}.yaml"
            file.write_text(part)
            command = part.splitlines()[0].removeprefix("# ").replace("THIS-FILE", str(file)).split()
            subprocess.run(command, check=True, capture_output=True)
    checked = acreg.run("check", "--digests", "--list", "some.txt", **more)
    assert checked.code == 0, checked.stdout


def test_http_without_leave_is_refused_with_the_flag_that_gives_it(acreg: Acreg, plain: Registry) -> None:
    run = acreg.run("mirror", "--list", "images.txt", "--jobs", 4, "--retries", 0, ACREG_REGISTRY=plain.host)
    assert run.code == 1
    assert "it speaks HTTP; --insecure-registry" in run.stdout


def test_an_unknown_authority_is_refused_with_the_flag_that_names_it(acreg: Acreg, secured: Registry) -> None:
    run = acreg.run("mirror", "--list", "images.txt", **{**login(secured), "ACREG_CA_FILE": ""})
    assert run.code == 1
    assert "--ca-file names its authority" in run.stdout


def test_manifests_and_password_cannot_both_be_standard_input(acreg: Acreg, plain: Registry) -> None:
    run = acreg.run("mirror", "--username", "x", "--password-stdin", ACREG_REGISTRY=plain.host, stdin="secret")
    assert run.code == 2
    assert "cannot hold both" in run.stderr


def test_a_list_and_manifests_are_not_both_taken(acreg: Acreg, plain: Registry) -> None:
    run = acreg.run("mirror", "--list", "images.txt", "-f", "images.txt", ACREG_REGISTRY=plain.host)
    assert (run.code, "--list and --filename both" in run.stderr) == (2, True)


def test_without_skopeo_it_says_how_to_get_it(acreg: Acreg, plain: Registry) -> None:
    run = acreg.run("mirror", "--list", "images.txt", ACREG_REGISTRY=plain.host, PATH="/nonexistent")
    assert (run.code, "install the package `skopeo`" in run.stderr) == (1, True)
