"""Settings: where they come from, which place wins, and all their faults at once, each with its place.

Flags win over environment variables, variables over acreg.yaml, and acreg.yaml over Helm values files. A setting in a
higher place replaces the whole one in a lower place, a list too.
"""

from __future__ import annotations

from postrenderer.images.relocation import Rule
from postrenderer.settings.load import EffectiveSettings, announce, effective, load
from postrenderer.settings.model import Settings
from postrenderer.settings.unnamed import NO_REGISTRY
from postrenderer.sites.declared import Ignore, Location

__all__ = [
    "NO_REGISTRY",
    "EffectiveSettings",
    "Ignore",
    "Location",
    "Rule",
    "Settings",
    "announce",
    "effective",
    "load",
]
