# SPDX-License-Identifier: GPL-3.0-or-later
"""The host, the CA, the name server and the registry go dark at once, and nobody says goodbye."""

from __future__ import annotations

import re

REHEARSE = ("playbooks/rehearse_up.yml", "playbooks/site.yml")


def test_after_a_power_cut_the_same_application_is_served_again(site):
    """The CA begins anew with other keys, so what it issued before is trusted by nobody."""
    before = site.serving()
    site.lose_power()
    run = site.attempt(*REHEARSE, app_version=before["version"])
    assert run.code == 0, run.output
    assert "15 of 15 probes from outside" in run.output
    assert site.serving() == before
    site.must_answer()


def test_then_nothing_is_left_to_mend(site):
    run = site.attempt(*REHEARSE, app_version=site.serving()["version"])
    assert run.code == 0, run.output
    assert re.search(r"^  total .* nothing changed$", run.output, re.MULTILINE), run.output
