# SPDX-License-Identifier: GPL-3.0-or-later
"""A package, so that pytest takes the environment away after its last test and not after all tests."""
