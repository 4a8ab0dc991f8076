"""Ctrl-C is heard even where Python cannot raise it."""

import time

import pytest

from thesis_lib.interrupts import raised_again


class Cleared:
    def __init__(self, error):
        self.error = error

    def __del__(self):
        raise self.error


def test_an_interrupt_lost_in_a_finalizer_is_raised_again(monkeypatch):
    monkeypatch.setattr("sys.unraisablehook", raised_again)
    with pytest.raises(KeyboardInterrupt):
        Cleared(KeyboardInterrupt())
        time.sleep(10)


def test_other_errors_go_where_they_went(monkeypatch, capsys):
    monkeypatch.setattr("sys.unraisablehook", raised_again)
    Cleared(ValueError("said as ever"))
    assert "said as ever" in capsys.readouterr().err
