"""How far an acreg.yaml is trusted that nobody named: it may be a part of somebody else's checkout.

A file is named by `--config` or ACREG_CONFIG. Who owns it proves nothing, as `git clone` makes every file the user's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.images import reference
from postrenderer.settings.model import Settings
from postrenderer.settings.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.settings.given import GivenValue, Problems

NO_REGISTRY = "registry.invalid"
"""The registry of commands that need none: it gives way to every other (RFC 2606 keeps `.invalid` from being real)."""


def giving_way(in_file: Mapping[str, GivenValue], elsewhere: Mapping[str, GivenValue]) -> dict[str, GivenValue]:
    """Return the settings in which an acreg.yaml that nobody named gives way to every other place.

    Args:
        in_file: what the file gives, by field of `Settings`.
        elsewhere: what flags, variables and values files give.
    """
    fields = [option.field for option in OPTIONS if option.gives_way and option.field in in_file]
    return {field: elsewhere[field] for field in fields if field in elsewhere and not _stands_in(elsewhere[field])}


def refuse(
    in_file: Mapping[str, GivenValue], elsewhere: Mapping[str, GivenValue], settings: Settings, problems: Problems
) -> None:
    """Refuse what only a file that the user named may say.

    Args:
        in_file: what the file gives, by field of `Settings`; all of it is right.
        elsewhere: what flags, variables and values files give.
        settings: the settings in effect.
        problems: gets what is refused.
    """
    for option in OPTIONS:
        if option.only_named and option.field in in_file:
            problems.add(in_file[option.field], f"counts only in a file that you name{_remedy(in_file[option.field])}")
    if "lock" in in_file and "lock" not in elsewhere and not {"/", "\\"}.isdisjoint(settings.lock):
        what = (
            "names a file in another folder, to which `acreg lock` would write. It counts only in a file that you name"
        )
        problems.add(in_file["lock"], f"{what}{_remedy(in_file['lock'])}")
    if "strict" in elsewhere and settings.strict:
        for field in (option.field for option in OPTIONS if option.blinds and option.field not in elsewhere):
            if field in in_file and getattr(settings, field) != Settings._field_defaults[field]:
                what = "hides images from --strict, and so counts only in a file that you name"
                problems.add(in_file[field], f"{what}{_remedy(in_file[field])}")
    if "registry" not in elsewhere or _stands_in(elsewhere["registry"]):
        return
    rules = in_file["rules"].value if "rules" in in_file else []
    for given, rule in zip(rules if isinstance(rules, list) else [], settings.rules):
        host = rule.target.partition("/")[0]
        if reference.is_host(host) and host != settings.registry:
            what = f"moves images to `{host}`, which is not the private registry `{settings.registry}`. A target"
            problems.add(given, f"{what} elsewhere counts only in a file that you name{_remedy(given)}")


def _stands_in(registry: GivenValue) -> bool:
    return registry.value == NO_REGISTRY


def _remedy(given: GivenValue) -> str:
    name = given.place.name
    return (
        f", as {name} may have come with somebody's checkout: if it is yours, name it with `--config {name}` or"
        f" ACREG_CONFIG={name}"
    )
