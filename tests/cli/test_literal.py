from __future__ import annotations

import pytest

from postrenderer.cli import chartfiles, literal
from postrenderer.cli.hooks import first_difference
from postrenderer.cli.rendering import RenderedDocument, Rendering

CHART = b"name: app\n"
JOB = "app/templates/a/job.yaml"


def test_a_template_writes_its_text_and_keeps_the_old_one() -> None:
    files = {"Chart.yaml": CHART, "templates/a/job.yaml": b"old", "templates/a/_acreg-job.yaml": b"x"}
    changed = literal.some(
        files, literal.texts([RenderedDocument(JOB, "kind: {{ a }}"), RenderedDocument(JOB, "kind: B")])
    )
    assert changed == {
        **files,
        "templates/a/__acreg-job.yaml": b"old",
        "templates/a/job.yaml": b'{{- $rendered := include (print .Template.BasePath "/a/__acreg-job.yaml") . -}}\n'
        b'{{- if eq .Template.Name "app/templates/a/job.yaml" -}}\n'
        b'---\nkind: {{ "{{" }} a }}\n---\nkind: B\n{{- else -}}{{ $rendered }}{{- end -}}\n',
    }


def test_what_has_no_text_stays_or_is_emptied() -> None:
    files = {"Chart.yaml": CHART, "templates/a.yaml": b'{{ define "x" }}', "templates/_b.tpl": b"b", "values.yaml": b""}
    assert literal.some(files, {JOB: "---\n"}) == files
    emptied = {**files, "templates/a.yaml": b"", "templates/_acreg-a.yaml": b'{{ define "x" }}'}
    assert literal.every(files, {}) == emptied


@pytest.mark.parametrize("packed", [True, False])
def test_a_sub_chart_under_its_aliases(packed: bool) -> None:  # noqa: FBT001  # a parameter of the test
    inside = {"Chart.yaml": b"name: db\n", "templates/job.yaml": b"old"}
    dependencies = b"dependencies: [{name: db, alias: first}, {name: db}, {name: other, alias: third}]\n"
    where = "charts/db-1.0.0.tgz" if packed else "charts/folder/"
    files = chartfiles.with_subchart({"Chart.yaml": CHART + dependencies}, where, inside)
    names = ["app/charts/first/templates/job.yaml", "app/charts/db/templates/job.yaml", "app/charts/third/templates/x"]
    changed = literal.some(files, dict.fromkeys(names, "---\nnew\n"))
    (found,) = chartfiles.subcharts(changed).values()
    assert found["templates/_acreg-job.yaml"] == b"old"
    assert [name.encode() in found["templates/job.yaml"] for name in names] == [True, True, False]
    assert found["templates/job.yaml"].count(b"new") == 2


ONE = "a\nrandom1\nb"


@pytest.mark.parametrize(
    ("after", "again", "wrong"),
    [
        (ONE, ONE, ""),
        ("a\nrandom2\nb", "a\nrandom3\nb", ""),
        ("a\nrandom2\nc", "a\nrandom3\nb", JOB),
        ("a\nrandom2\nb", ONE, JOB),
        ("a\nb", "a\nrandom3\nb", JOB),
        ("anything", "of\nanother\nlength\neach time", ""),
    ],
)
def test_only_what_is_random_may_differ(after: str, again: str, wrong: str) -> None:
    def of(text: str) -> Rendering:
        return Rendering([RenderedDocument(JOB, text)], [])

    assert first_difference(of(ONE), of(after), of(again)) == wrong


def test_nothing_may_be_missing() -> None:
    one, none = Rendering([RenderedDocument(JOB, "a")], []), Rendering([], [])
    assert first_difference(one, none, one) == "1 documents, but 0, and so not all"
    assert first_difference(none._replace(notes="a"), none, none._replace(notes="a")) == "the notes"
