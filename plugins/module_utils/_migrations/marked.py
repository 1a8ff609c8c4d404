# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read the one line that a script of ours prints inside a container, whatever else is printed there."""

from __future__ import annotations

import json

from .._errors import SlipwayError
from .tool import State

_MARK = "slipway:"


def read_marked(printed: str) -> State:
    """Return the state that the script has printed; raises SlipwayError when it has not."""
    for line in printed.splitlines():
        if line.startswith(_MARK):
            fields = json.loads(line.removeprefix(_MARK))
            return State(tuple(fields["known"]), tuple(fields["applied"]))
    raise SlipwayError("reading the migrations gave no answer", "run the tool by hand in the service's image")
