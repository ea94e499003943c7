"""The parts of the second fuzzer; `scripts/fuzz --mutants` runs it on real documents."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
import yaml
from mutants import documents, mutated, stream
from process import POD
from reshaped import framed, reshaped

TEXT = POD.decode()
FUZZ = Path(__file__).resolve().parents[1] / "scripts" / "fuzz"


def test_a_seed_repeats_its_mutants_and_others_make_others() -> None:
    made = [[mutated(TEXT, rnd) for _ in range(50)] for rnd in (Random(1), Random(1), Random(2))]  # noqa: S311  # repeatable
    assert made[0] == made[1] != made[2]
    assert len(set(made[0])) > 40


def is_yaml(text: str) -> bool:
    try:
        return bool(list(yaml.compose_all(text)))
    except yaml.YAMLError:
        return False


def test_most_mutants_are_yaml() -> None:
    rnd = Random(1)  # noqa: S311  # likewise
    assert sum(is_yaml(stream([TEXT], rnd)) for _ in range(300)) > 220


def test_another_style_says_the_same() -> None:
    shapes = [reshaped(TEXT, Random(seed)) for seed in range(200)]  # noqa: S311  # likewise
    assert len(set(shapes)) > 40
    said = yaml.safe_load(TEXT)
    assert sum(yaml.safe_load(shape) == said for shape in shapes) > 120  # the others have it in a list or a text
    assert all(yaml.safe_load(shape) for shape in shapes)


def test_a_frame_keeps_the_lines() -> None:
    frames = {framed(TEXT, Random(seed)) for seed in range(200)}  # noqa: S311  # likewise
    assert {TEXT, TEXT.replace("\n", "\r\n"), "\ufeff" + TEXT} <= frames


def test_long_documents_and_those_without_an_image_are_no_seeds(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"---\n{TEXT}---\nkind: Service\n---\n{TEXT}---\n{TEXT}# {'long ' * 100}\n")
    assert documents(tmp_path, len(TEXT)) == [TEXT]


@pytest.mark.helm
@pytest.mark.slow
def test_a_short_run(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.yaml").write_text(TEXT)
    command = [sys.executable, str(FUZZ), "--mutants", "--documents", "60", "--seed", "7", "--jobs", "2"]
    environment = {**os.environ, "ACREG_CORPUS": str(tmp_path / "corpus")}
    run = subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    last = run.stdout.splitlines()[-1]
    assert last.startswith("--seed 7 --size 2500: 60 mutants, ")
    assert " 0 wrong; documents judged by Helm 3 " in last
    assert run.returncode == 0
