# SPDX-License-Identifier: GPL-3.0-or-later
"""Where secrets must not be: in the option that travels, in sentences; and what a dump takes from them."""

from __future__ import annotations

from ansible_collections.slipway.deploy.plugins.module_utils._app.description import App
from ansible_collections.slipway.deploy.plugins.module_utils._release.dump import databases
from ansible_collections.slipway.deploy.plugins.module_utils._release.order import Order
from ansible_collections.slipway.deploy.plugins.module_utils._release.redaction import Redaction


def test_an_order_arrives_whole_and_cannot_be_read_on_the_way(app: App) -> None:
    order = Order(app, "services: {}", {"api.env": "A=1"}, {"api": {"PEPPER": {"min_length": 8}}})
    packed = order.packed()
    assert Order.unpacked(packed) == order
    assert "horse" not in packed


def test_declared_secrets_telling_names_and_passwords_of_addresses_are_taken_out() -> None:
    redact = Redaction()
    redact.learn(
        {
            "PEPPER": "correct horse",
            "JWT_SECRET": "battery staple",
            "DATABASE_URL": "postgresql://notes:p%40ss%2Fword@postgres:5432/notes",
            "MODE": "production",
            "TLS_KEY": "-----BEGIN-----\nMIIEvQ\n-----END-----",
        },
        ["PEPPER"],
    )
    said = "production: correct horse, battery staple, p@ss/word and p%40ss%2Fword; in MIIEvQ"
    assert redact(said) == "production: ********, ********, ******** and ********; in ********"
    assert redact("see redis://:x@redis:6379") == "see redis://********@redis:6379"


def test_only_databases_of_the_hosts_own_postgres_are_dumped() -> None:
    environment = {
        "DATABASE_URL": "postgresql+psycopg://notes:secret@postgres:5432/notes%2Dmain?sslmode=disable",
        "REPLICA_URL": "postgres://notes:secret@postgres/notes%2Dmain",
        "OTHER_URL": "postgres://notes:secret@db.example/other",
        "REDIS_URL": "redis://redis/0",
        "BROKEN": "postgres://[",
    }
    assert databases([environment, {"DATABASE_URL": "postgres://a@postgres/second"}]) == [
        "notes-main",
        "second",
    ]
