"""The forms of fields, as fields.tsv and the user's `locations` name them."""

WHOLE, PREFIX, REGISTRY, HOST = "whole", "prefix", "registry", "host"
IMAGES = (WHOLE, PREFIX, REGISTRY, HOST)
"""Fields about images: an image; a registry or path in front of images; the registry of the image in the fields beside
it, Docker Hub if this one is absent; a registry that can have no path, so that it is left."""
SHARED = "shared"
"""A registry that takes the place of that of each image in the object, unless it is empty."""

OBJECTS, NAMES, OBJECT, NAME, REFERENCE = "objects", "names", "object", "name", "reference"
SECRETS = (OBJECTS, NAMES, OBJECT, NAME, REFERENCE)
"""Fields for pull secrets: `[{name}]`, `[name]`, `{name}`, `name`, `{name, namespace}`."""
NONE = "none"
"""A mapping that looks like a pod spec, whose API has no field for pull secrets."""

COMMAS, SEMICOLONS, REPEATED = "commas", "semicolons", "repeated"
JOINED = {COMMAS: ",", SEMICOLONS: ";"}
"""Texts of several names, and what stands between these."""
SETTINGS = (COMMAS, SEMICOLONS, REPEATED, NAME)
"""The forms of settings that name pull secrets, as settings.tsv has them."""
