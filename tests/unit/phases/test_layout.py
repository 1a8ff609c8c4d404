# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows, columns, and what is taken out of a text before a person sees it."""

from __future__ import annotations

import pytest

from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.layout import (
    Layout,
    counted,
    listed,
    printable,
)


def test_rows_stand_in_columns() -> None:
    layout = Layout(["preflight", "provision"])
    assert layout.row("preflight", 1.94, "34 checks") == ["  preflight      1.9 s   34 checks"]
    assert layout.row("provision", 38.2, "server") == ["  provision     38.2 s   server"]
    assert layout.row("evidence", None, "index.html") == ["  evidence               index.html"]
    assert layout.row("release", 1234.5, "") == ["  release     1234.5 s"]


def test_a_long_name_widens_the_column_and_a_longer_one_moves_only_its_own_row() -> None:
    layout = Layout(["rehearsal network"])
    assert layout.row("rehearsal network", 3.0, "up") == ["  rehearsal network     3.0 s   up"]
    longer = Layout(["a play whose name is a sentence"])
    assert longer.indent == 2 + 24 + 6 + 5
    assert longer.row("a play whose name is a sentence", 3.0, "up") == [
        "  a play whose name is a sentence 3.0 s   up"
    ]


def test_a_text_of_several_lines_stands_under_itself() -> None:
    assert Layout().row("host", 2.0, "one\n\n  two") == [
        "  host           2.0 s   one",
        "",
        "                           two",
    ]


def test_only_a_terminal_wraps_and_addresses_stay_whole() -> None:
    text = "see https://example.org/a/long/address/that/is/longer/than/the/line-is for it"
    assert Layout().row("host", 2.0, text) == [f"  host           2.0 s   {text}"]
    assert Layout().row("host", 2.0, text, columns=60) == [
        "  host           2.0 s   see",
        f"{' ' * 25}https://example.org/a/long/address/that/is/longer/than/the/line-is",
        f"{' ' * 25}for it",
    ]
    assert Layout().below("  - " + "word " * 8, columns=60) == [
        f"{' ' * 25}  - word word word word word word",
        f"{' ' * 25}  word word",
    ]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("over\rwritten\x08", "overwritten"),
        ("\x9b2Jerased", "2Jerased"),
        ("a\tb\nc", "a   b\nc"),
    ],
)
def test_nothing_that_moves_a_cursor_is_printed(said: str, shown: str) -> None:
    assert printable(said) == shown


def test_numbers_read_as_words() -> None:
    assert [counted(number, plan=False) for number in (0, 1, 12)] == [
        "nothing changed",
        "1 change",
        "12 changes",
    ]
    assert [counted(number, plan=True) for number in (0, 1)] == ["nothing would change", "1 would change"]
    assert listed(["a", "b", "c"], most=2) == "a, b and 1 more"
    assert listed(["a", "b", "c"]) == "a, b, c"
