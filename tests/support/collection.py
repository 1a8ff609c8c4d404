# SPDX-License-Identifier: GPL-3.0-or-later
"""Pytest plugin, loaded with ``-p``: makes ``ansible_collections.slipway.deploy`` importable from a checkout.

A plugin rather than a conftest, because ansible-test refuses a conftest that touches the collection loader.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ansible.plugins.loader import init_plugin_loader

CHECKOUT = Path(__file__).resolve().parents[2]
COLLECTIONS = CHECKOUT / ".slipway" / "collections"


def link_checkout() -> None:
    """Link the checkout as ``ansible_collections/slipway/deploy`` below ``.slipway``, like ``./slipway``."""
    link = COLLECTIONS / "ansible_collections" / "slipway" / "deploy"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to("../../../..")


link_checkout()
os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(COLLECTIONS)
os.environ["SLIPWAY_EVIDENCE"] = "off"  # what a test leaves is no evidence
sys.path.insert(0, str(COLLECTIONS))
init_plugin_loader([str(COLLECTIONS)])
