"""Settings: from where they come, which wins, and what is wrong with them, all at once and with the place of each.

Flags win over environment variables, these over acreg.yaml, that over Helm values files. A setting that is given in a
higher place replaces the one in a lower place whole, lists too.
"""

from __future__ import annotations

from postrenderer.images.relocation import Rule
from postrenderer.settings.load import Effective, announce, effective, load
from postrenderer.settings.model import Settings
from postrenderer.settings.unnamed import NO_REGISTRY
from postrenderer.sites.declared import Ignore, Location

__all__ = ["NO_REGISTRY", "Effective", "Ignore", "Location", "Rule", "Settings", "announce", "effective", "load"]
