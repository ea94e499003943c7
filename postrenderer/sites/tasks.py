"""Parameters of Tekton's tasks that say where an image goes, by the task that declares them.

Source: Task, TaskRun and Pipeline, tekton.dev/v1. A step names a parameter as `$(params.NAME)`. What tasks of Tekton's
catalogue push is in apis/stays.tsv, and a task in the same stream shows it by its steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.sites import copiers, kinds
from postrenderer.sites.site import Api
from postrenderer.text import composer, stream
from postrenderer.text.mappings import fields_of, text_of
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TEKTON = "tekton.dev"
_TASK = regex(rb"kind[\"']?: *[\"']?(?:Cluster)?Task[\"']?\s")
_USE = regex(r"\$\((?:inputs\.)?params(?:\.|\[[\"'])([\w.-]+)(?:[\"']\])?\)")
_VARIABLE = regex(r"\$\{?([A-Za-z_]\w*)")
PUSHED = "where a build is pushed to, as the steps of its task show"


class Tasks:
    """The tasks of a stream. They are read when something asks for one of them.

    Args:
        data: the stream, in UTF-8.
    """

    def __init__(self, data: bytes = b"") -> None:
        self._data = data
        self._pushed: dict[str, set[str]] | None = None if _TASK.search(data) else {}

    def why_stays(self, task: str, parameter: str) -> str:
        """Why an image in a parameter of a task stays; empty if the task may pull it."""
        if self._pushed is None:
            self._pushed = dict(_tasks(self._data))
        if task in self._pushed:
            return PUSHED if parameter in self._pushed[task] else ""
        return kinds.stays(Api(TEKTON, f"Task/{task}"), parameter)


def pushed(spec: yaml.Node | None) -> set[str]:
    """The parameters that a task's commands copy or build to, without those that are the image of a step."""
    copied: set[str] = set()
    run: set[str] = set()
    for step in _items(fields_of(spec).get("steps")):
        entry = fields_of(step)
        image = text_of(entry.get("image"))
        run.update(_USE.findall(image))
        variables = {
            text_of(one.get("name")): text_of(one.get("value")) for one in map(fields_of, _items(entry.get("env")))
        }
        words = [text_of(word) for key in ("command", "args") for word in _items(entry.get(key))]
        whole = [" ".join(words)] if copiers.is_of_copier(image) else []
        for command in (*whole, *copiers.commands(" ".join(words)), *copiers.commands(text_of(entry.get("script")))):
            said = [variables.get(name, "") for name in _VARIABLE.findall(command)]
            copied.update(_USE.findall("\n".join((command, *said))))
    return copied - run


def _tasks(data: bytes) -> Iterator[tuple[str, set[str]]]:
    """The tasks in a stream, by their names."""
    for document in stream.documents(data):
        raw = document.raw()
        try:
            roots = composer.compose(raw.decode()).roots if _TASK.search(raw) else []
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
            continue  # it is refused when its turn comes
        for root in roots:
            task = fields_of(root)
            yield text_of(fields_of(task.get("metadata")).get("name")), pushed(task.get("spec"))


def _items(node: yaml.Node | None) -> Iterable[yaml.Node]:
    return node.value if isinstance(node, yaml.SequenceNode) else ()
