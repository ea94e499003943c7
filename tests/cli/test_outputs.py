from __future__ import annotations

import json
from xml.etree import ElementTree as ET  # what is read is our own

import pytest

from postrenderer.cli import main
from postrenderer.cli.outputs import Result, junit, sarif

RESULTS = [
    Result("present", "r/x/a:1", "", is_bad=False, place="", file="images.txt", line=0),
    Result(
        "no pull secret", 'r/"<b>\x00&:1', "it's not there", is_bad=True, place="Pod p /spec", file="a.yaml", line=7
    ),
    Result("missing", "r/c:1", "", is_bad=True, place="", file="images.txt", line=0),
]


def test_sarif_has_what_is_bad_with_file_and_line() -> None:
    content = json.loads(sarif("acreg check", RESULTS))
    (run,) = content["runs"]
    assert (content["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "acreg check")
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["no-pull-secret", "missing"]
    first, second = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("a.yaml", 7)
    assert first["message"]["text"] == "r/\"<b>\x00&:1: it's not there (Pod p /spec)"
    assert (second["ruleId"], second["message"]["text"], second["level"]) == ("missing", "r/c:1: missing", "error")
    assert first["partialFingerprints"] != second["partialFingerprints"]


def test_junit_has_a_case_for_each() -> None:
    root = ET.fromstring(junit("acreg check", RESULTS).encode())  # noqa: S314  # our own
    assert (root.attrib["tests"], root.attrib["failures"]) == ("3", "2")
    cases = root.findall("testsuite/testcase")
    assert [case.attrib["name"] for case in cases] == ["r/x/a:1", 'r/"<b>?&:1 at Pod p /spec', "r/c:1"]
    assert [failure.attrib["message"] for failure in root.iter("failure")] == ["it's not there", "missing"]


def test_nothing_bad() -> None:
    assert json.loads(sarif("acreg check", RESULTS[:1]))["runs"][0]["results"] == []
    assert "<failure" not in junit("acreg check", RESULTS[:1])


@pytest.mark.parametrize("form", ["sarif", "junit"])
def test_verify_names_file_and_line(
    form: str, tmp_path: pytest.TempPathFactory, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = f"{tmp_path}/manifests.yaml"
    with open(file, "w", encoding="utf-8") as stream:  # noqa: PTH123  # a text
        stream.write("kind: Pod\nspec:\n  containers:\n  - image: quay.io/a/b:1\n  - image: r.example.com/x:1\n")
    assert main(["verify", "--registry", "r.example.com", "-f", file, "-o", form]) == 1
    said = capfdbinary.readouterr().out.decode()
    assert (file in said, "quay.io/a/b:1" in said) == (True, True)
    if form == "sarif":
        (result,) = json.loads(said)["runs"][0]["results"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 4
    else:
        assert ET.fromstring(said.encode()).attrib == {"tests": "2", "failures": "1"}  # noqa: S314  # our own
