# SPDX-License-Identifier: GPL-3.0-or-later
"""What releases add: every module in this folder is loaded at the start."""

from importlib import import_module
from pkgutil import iter_modules

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
