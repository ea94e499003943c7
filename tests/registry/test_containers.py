from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postrenderer.registry.containers import insecure
from postrenderer.registry.manifests import RegistryClient
from postrenderer.registry.places import SOURCE, in_registry
from registry.reaching import reach

if TYPE_CHECKING:
    from pathlib import Path

    from registry.servers import Registry

CONF = """\
unqualified-search-registries = ["docker.io"]
[[registry]]
location = "a.example.com:5000/team"   # a comment
insecure = true

  [[registry]]
  prefix = 'b.example.com'
  insecure = true
[[registry]]
location = "c.example.com"
[[registry.mirror]]
location = "d.example.com"
insecure = true
[[registry]]
location = "e.example.com"
insecure = false
"""


def test_who_may_speak_http(tmp_path: Path) -> None:
    system, home = tmp_path / "etc", tmp_path / "home"
    for folder in (system / "registries.conf.d", home / ".config" / "containers"):
        folder.mkdir(parents=True)
    (system / "registries.conf").write_text(CONF)
    (system / "registries.conf.d" / "more.conf").write_text('[[registry]]\ninsecure=true\nlocation="f.example.com"\n')
    environ = {"HOME": str(home)}
    assert insecure(environ, system) == {"a.example.com:5000", "b.example.com", "f.example.com"}
    (home / ".config" / "containers" / "registries.conf").write_text("")
    assert insecure(environ, system) == {"f.example.com"}
    named = {**environ, "CONTAINERS_REGISTRIES_CONF": str(system / "registries.conf")}
    assert insecure(named, system) == {"a.example.com:5000", "b.example.com"}
    assert insecure({"CONTAINERS_REGISTRIES_CONF": str(tmp_path)}, system) == frozenset()


@pytest.mark.parametrize("value", ["true", "false"])
def test_a_registry_is_reached_as_skopeo_reaches_it(value: str, plain: Registry, tmp_path: Path) -> None:
    conf = tmp_path / "registries.conf"
    conf.write_text(f'[[registry]]\nlocation = "{plain.host}"\ninsecure = {value}\n')
    client = RegistryClient(reach(environ={"CONTAINERS_REGISTRIES_CONF": str(conf)}))
    place = in_registry(f"{plain.host}/x:1")
    if value == "true":
        assert client.digest(place, SOURCE) is None
    else:
        with pytest.raises(Exception, match="it speaks HTTP"):
            client.digest(place, SOURCE)
    client.close()
