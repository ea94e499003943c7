"""`acreg config`: make, show and check settings."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from postrenderer import settings
from postrenderer.cli import front, inputs, show
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.errors import SettingsError
from postrenderer.settings.checks import nearest
from postrenderer.settings.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from postrenderer.settings import Settings
    from postrenderer.settings.options import Option

_DESCRIPTION = """\
init [FILE]      write a commented acreg.yaml, filled in from flags and values files; `-` is standard output
show             the settings in effect here, and where each comes from
validate [FILE]  check acreg.yaml alone: everything that is wrong with it, with line and column
schema           the JSON Schema of acreg.yaml, for editors"""

_EXAMPLES = """\
examples:
  helm acreg config init -f values.yaml
  helm acreg config init --registry registry.example.com:8083 --repository-path appcircle
  helm acreg config show --values values.yaml
  helm acreg config validate deploy/acreg.yaml

exit codes: 0, or 2 if the settings are wrong."""

_HEADER = """\
# Settings of acreg. Each commented setting shows its default or an example; remove the `# ` to set it. A flag wins over
# an environment variable, a variable over this file, and this file over a Helm values file. In brackets: other names.
# `report`, and rules with targets on other registries, count only where the file is named: --config or ACREG_CONFIG.
# For completion in an editor:  helm acreg config schema > acreg.schema.json
# yaml-language-server: $schema=./acreg.schema.json
"""

_SAMPLES = {
    "registry": "registry.example.com:8083",
    "repository_path": "appcircle",
    "keep": ["quay.io/our-own"],
    "report": "acreg-report.json",
    "rules": [{"from": "docker.io", "to": "hub"}],
    "locations": [{"kind": "Widget", "path": "/spec/engine"}],
    "ignore": [{"kind": "ConfigMap", "name": "docs-*"}],
    "before": [["/opt/kustomize-renderer", "overlays/production"]],
    "after": [["/opt/labels", "team=web"]],
}
"""Examples that the file shows for settings without a default."""


def main(argv: list[str]) -> int:
    """Run the sub-command."""
    parser = Parser("acreg config", "init|show|validate|schema [FILE] [SETTINGS]", _DESCRIPTION, _EXAMPLES)
    parser.actions = tuple(_ACTIONS)
    parser.add_argument(
        "-o", "--output", choices=("table", "json"), default="table", help="the form of `show` (default: table)"
    )
    add_settings(parser, short="-f")
    flags, words = parser.split(argv)
    unknown = [word for word in words if word.startswith("-") and word != "-"]
    if unknown:
        parser.refuse(unknown)
    action, *names = words or [""]
    if action not in _ACTIONS:
        raise SettingsError(f"choose one: `acreg config {'|'.join(_ACTIONS)}`{nearest(action, _ACTIONS)}")
    if len(names) > (action in ("init", "validate")):
        parser.refuse(names[-1:])
    return _ACTIONS[action](flags, *names[:1])


def settings_name() -> str:
    """Return the name of the settings file that counts by itself."""
    return os.environ.get("ACREG_CONFIG") or "acreg.yaml"


def sample(flags: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a commented acreg.yaml."""
    yield from _HEADER.splitlines()
    for option in OPTIONS:
        given = flags.get(option.field)
        value = given if given is not None else _SAMPLES.get(option.field, _default(option))
        names = (option.flag, option.variable, option.values_key and f"global.{option.values_key}")
        listed = ", ".join(filter(None, names))
        yield ""
        yield f"# {option.help}" + (f" [{listed}]" if listed else "")
        for line in _yaml({option.key: _plain(value)}).splitlines():
            yield line if given is not None else f"# {line}"


def _init(flags: dict[str, Any], name: str = "") -> int:
    name = name or settings_name()
    with temporary_folder() as folder:  # what the flags say must be right, and only that
        names = [inputs.no_registry(folder), *(flags["values"] or ())]
        found = settings.effective({**flags, "config": os.devnull, "values": names}, {}, os.curdir)
    for field, place in found.places.items():
        if any(place.startswith(f"{name}:") for name in names[1:]):
            flags[field] = getattr(found.settings, field)
    if flags["values"] and flags["registry"] is None:
        raise SettingsError(
            f"{flags['values'][-1]} names no registry: it has no global.imageRegistry. Nothing was written."
        )
    text = "\n".join(sample(flags)) + "\n"
    if name == "-":
        show.write(text.removesuffix("\n"))
        return 0
    try:
        with open(name, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise SettingsError(
            f"{name} already exists and was not changed: name another file, or `-` for standard output"
        ) from None
    except OSError as error:
        raise SettingsError(f"{name} cannot be written: {error.strerror}") from None
    show.write(front.as_typed(f"{name} is written. `acreg config show` lists the settings in effect."))
    return 0


def _show(flags: dict[str, Any]) -> int:
    effective = settings.effective(flags, os.environ, os.curdir)
    found = [
        (option.key, _plain(getattr(effective.settings, option.field)), effective.places.get(option.field, "default"))
        for option in OPTIONS
    ]
    if flags["output"] == "json":
        listed = {key: {"value": value, "from": place} for key, value, place in found}
        show.write(json.dumps(listed, indent=2, ensure_ascii=False))
    else:
        show.table(("SETTING", "VALUE", "FROM"), [(key, _inline(value), place) for key, value, place in found])
    return 0


def _validate(_flags: dict[str, Any], given: str = "") -> int:
    from postrenderer.images.relocation import Relocation  # noqa: PLC0415  # only to see whether every rule can apply

    name = given or settings_name()
    with temporary_folder() as folder:
        flags = {"config": name, "values": [inputs.no_registry(folder)]}
        found: Settings = settings.load(flags, {}, os.curdir)
        if not given and not os.environ.get("ACREG_CONFIG"):
            settings.load({**flags, "config": ""}, {}, os.curdir)  # what runs refuse in a file that nobody named
    Relocation(found)
    show.write(f"{name} is in order.")
    return 0


def _schema(_flags: dict[str, Any]) -> int:
    from postrenderer.cli import schema  # noqa: PLC0415  # only needed here

    show.write(schema.text().removesuffix("\n"))
    return 0


_ACTIONS: dict[str, Callable[..., int]] = {"init": _init, "show": _show, "validate": _validate, "schema": _schema}


def _default(option: Option) -> object:
    return settings.Settings._field_defaults.get(option.field, "")


def _plain(value: Any) -> Any:  # noqa: ANN401  # a setting of any form
    """A setting as acreg.yaml has it."""
    if hasattr(value, "_asdict"):
        names = {"source": "from", "target": "to", "api_version": "apiVersion"}
        given = {
            names.get(name, name): _plain(item) for name, item in value._asdict().items() if item not in ("", (), "*")
        }
        return {**given, "parts": dict(value.parts)} if given.get("parts") else given
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _inline(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _yaml(content: object) -> str:
    import yaml  # noqa: PLC0415  # the help does not need it

    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1 << 20))
