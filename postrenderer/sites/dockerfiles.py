"""Images as Dockerfiles, Jenkinsfiles and Docker's addresses name them: `FROM golang AS build`, `docker://node:20`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from postrenderer.sites import keys
from postrenderer.sites.evidence import weighed
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import ImageSpan

_OF_DOCKER = regex(rf"{keys.URL}(?P<reference>[^\s\"'`,;(){{}}\[\]<>|\\$]+)")
_OF_JENKINS = regex(
    r"\bdocker(?:\s{0,99}\{\s{0,99}image\s{1,99}|\.image\()(?P<quote>[\"'])(?P<reference>[^\s\"'$]+)(?P=quote)(?!\)\.push)"
)
"""How Jenkinsfiles name what a step runs in: `agent { docker { image 'maven:3.9' } }`, `docker.image('maven:3.9')`."""
_INSTRUCTION = regex(r"^[ \t]*(?:ADD|CMD|COPY|ENTRYPOINT|RUN|WORKDIR)[ \t]", re.MULTILINE)
"""An instruction other than FROM, by which a Dockerfile is told from SQL: https://docs.docker.com/reference/dockerfile."""
_FROM = regex(
    rf"^[ \t]*{keys.FROM}[ \t]*(?:--platform=\S+[ \t]+)?(?P<reference>[^\s$]+)"
    r"(?:[ \t]+[aA][sS][ \t]+(?P<stage>\S+))?[ \t]*\r?$"
    r"|^[ \t]*(?:ADD|COPY)[ \t](?:[^\n]*[ \t])?--from=(?P<copied>[^\s$]+)",
    re.MULTILINE,
)
_NO_IMAGE = ("scratch",)


def images(text: str) -> Iterator[ImageSpan]:
    """The images that a text names in one of these ways."""
    for match in _OF_DOCKER.finditer(text) if keys.URL in text else ():
        yield from weighed(match["reference"], match.start("reference"), keys.IMAGE, f"behind `{keys.URL}`")
    for match in _OF_JENKINS.finditer(text) if "docker" in text else ():
        yield from weighed(match["reference"], match.start("reference"), keys.IMAGE, "what a Jenkinsfile runs in")
    if keys.FROM not in text or not (_INSTRUCTION.search(text) or text.lstrip().startswith(keys.FROM)):
        return
    stages = {*_NO_IMAGE}
    for match in _FROM.finditer(text):
        group = "reference" if match["reference"] else "copied"
        if match[group].lower() not in stages and not match[group].isdigit():
            yield from weighed(match[group], match.start(group), keys.IMAGE, "what a Dockerfile builds upon")
        stages.add((match["stage"] or "").lower())
