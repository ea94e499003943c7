from __future__ import annotations

import socket
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from postrenderer.cli import wrapper_socket
from postrenderer.pipe import SOCKET

if TYPE_CHECKING:
    import pytest


def answer(question: Any) -> Any:  # noqa: ANN401  # what JSON can hold
    return {"question": question}


def test_questions_are_answered_while_it_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrapper_socket.ask("before") is None
    with TemporaryDirectory() as folder, wrapper_socket.open_in(Path(folder), answer) as way:
        monkeypatch.setenv(SOCKET, way[SOCKET])
        assert wrapper_socket.ask(["é", 1]) == {"question": ["é", 1]}
        assert wrapper_socket.ask("again") == {"question": "again"}
    assert wrapper_socket.ask("after") is None


def test_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 50)
    folder.mkdir()
    with wrapper_socket.open_in(folder, answer) as way:
        assert way == {}


def test_who_hangs_up_does_not_disturb_others(monkeypatch: pytest.MonkeyPatch) -> None:

    with TemporaryDirectory() as folder, wrapper_socket.open_in(Path(folder), answer) as way:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(way[SOCKET])
        monkeypatch.setenv(SOCKET, way[SOCKET])
        assert wrapper_socket.ask(1) == {"question": 1}


def test_who_says_nothing_or_nonsense_does_not_disturb_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_texts(question: str) -> str:
        return question.upper()

    monkeypatch.setattr(wrapper_socket, "_SECONDS", 0.1)
    with TemporaryDirectory() as folder, wrapper_socket.open_in(Path(folder), only_texts) as way:
        monkeypatch.setenv(SOCKET, way[SOCKET])
        for said in (b"", b"[" * 100_000 + b"\n", b'{"accounts": 1}\n', b"\xff\n"):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(way[SOCKET])
                connection.sendall(said)
                assert wrapper_socket.ask("x") == "X"
