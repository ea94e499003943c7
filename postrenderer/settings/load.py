"""Gathers the settings from every place, lets the higher place win, and checks them."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.settings import files, unnamed
from postrenderer.settings.given import GivenValue, Place, Problems
from postrenderer.settings.model import Settings
from postrenderer.settings.options import BY_FIELD, OPTIONS
from postrenderer.settings.read import read
from postrenderer.text import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_REGISTRY = (
    "is not set: give --registry HOST[:PORT], or set ACREG_REGISTRY, or write `registry: HOST[:PORT]` into acreg.yaml,"
    " or give --values FILE with a Helm values file that has global.imageRegistry. Once for all commands:"
    " `helm acreg config init -f values.yaml`, or `export ACREG_VALUES=values.yaml`"
)


class EffectiveSettings(NamedTuple):
    """The settings in effect, and where they come from.

    Attributes:
        settings: the settings.
        places: the place of each setting that was given: a flag, a variable, or `file:line:column`.
        unnamed: where the registry stands if it comes from an acreg.yaml that nobody named, else empty.
        file: the path of an acreg.yaml that nobody named, and its settings that are in effect; empty if none is.
    """

    settings: Settings
    places: dict[str, str]
    unnamed: str = ""
    file: str = ""


def load(flags: Mapping[str, object], environ: Mapping[str, str], cwd: str) -> Settings:
    """Return the settings in effect, see `effective`, and announce an acreg.yaml that nobody named."""
    found = effective(flags, environ, cwd)
    announce(found.file)
    return found.settings


@cache  # once, though a command may ask for the settings of each of many files
def announce(file: str) -> None:
    """Say on standard error which settings come from an acreg.yaml that nobody named; nothing if none do."""
    if file and sys.stderr is not None:
        sys.stderr.write(f"acreg: settings are taken from {escape.line(file)}\n")


def effective(flags: Mapping[str, object], environ: Mapping[str, str], cwd: str) -> EffectiveSettings:
    """Gather the settings from everywhere, and check those in effect and all of acreg.yaml.

    Args:
        flags: by field of `Settings`, a text, true or false, or a sequence of texts; None where the flag is not given.
            Also `config`, the name of a settings file, and `values`, names of Helm values files.
        environ: the environment.
        cwd: what names of files are relative to, and where acreg.yaml is looked for.

    Raises:
        SettingsError: something is wrong; the message says all of it.
    """
    problems = Problems()
    config = str(flags.get("config") or environ.get("ACREG_CONFIG") or "")
    values = flags.get("values") or environ.get("ACREG_VALUES", "").split(os.pathsep)
    in_file = files.settings_file(config, cwd, problems)
    in_values = files.values_files([name for name in _texts(values) if name], cwd, problems)
    elsewhere = {**in_values, **_variables(environ), **_flags(flags)}
    given = {**in_values, **in_file, **_variables(environ), **_flags(flags)}
    if not config:
        given.update(unnamed.giving_way(in_file, elsewhere))
    found: dict[str, Any] = {}
    for level in (in_file, given):
        found.update({field: read(BY_FIELD[field], value, problems) for field, value in level.items()})
    if "registry" not in given:
        problems.add(GivenValue(None, Place("The private registry")), _NO_REGISTRY)
    problems.raise_if_any()
    settings = Settings(**found)
    if not config:
        unnamed.refuse(in_file, elsewhere, settings, problems)
    _refuse_standstill(settings, given, problems)
    problems.raise_if_any()
    places = {field: str(value.place) for field, value in given.items()}
    taken = [] if config else [field for field, value in in_file.items() if given[field] is value]
    keys = ", ".join(option.key for option in OPTIONS if option.field in taken)
    file = f"{os.path.join(os.path.abspath(cwd), files.DEFAULT_NAME)}: {keys}" if taken else ""
    return EffectiveSettings(settings, places, places["registry"] if "registry" in taken else "", file)


def _flags(flags: Mapping[str, object]) -> dict[str, GivenValue]:
    found = {}
    for option in OPTIONS:
        value = flags.get(option.field)
        if value is None:
            continue
        place = Place(option.flag if value else option.negation or option.flag)
        if option.form == "list":
            found[option.field] = GivenValue([GivenValue(item, place) for item in _texts(value)], place)
        else:
            found[option.field] = GivenValue(value if isinstance(value, bool) else str(value), place)
    return found


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def _variables(environ: Mapping[str, str]) -> dict[str, GivenValue]:
    """Read the environment. An empty variable is not set, except for a list that may be empty: `ACREG_KEEP=`."""
    found = {}
    for option in OPTIONS:
        text = environ.get(option.variable, "").strip()
        if not text and not (option.variable in environ and option.may_be_empty):
            continue
        place = Place(option.variable)
        items = [GivenValue(item.strip(), place) for item in text.split(",") if item.strip()]
        found[option.field] = GivenValue(items if option.form == "list" else text, place)
    return found


def _refuse_standstill(settings: Settings, given: Mapping[str, GivenValue], problems: Problems) -> None:
    """Refuse a private registry path that holds a source: its images are there already, so none would move.

    The Appcircle chart's own values ask for that, as their `global.imageRegistry` is Appcircle's registry.
    """
    for source in settings.sources:
        if f"{source}/".startswith(f"{settings.prefix}/"):
            problems.add(
                given["registry"],
                f"makes `{settings.prefix}` the private registry path, but the images of the source `{source}` are"
                " there already and none would move: set your own registry and path, or change `sources`",
            )
