# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment as a person fills it in: their own machine, and records that they make by themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

import dns.query
import dns.tsig
import dns.update
import yaml

from ansible_collections.slipway.deploy.plugins.module_utils._dns.keys import read_key
from ansible_collections.slipway.deploy.plugins.module_utils._providers.ensure import ensure
from ansible_collections.slipway.deploy.plugins.module_utils._providers.interface import Server
from support.collection import CHECKOUT
from support.rehearsal import Rehearsal
from support.servers import Environment

HOST = "app-1"
VAULT_PASSWORD = "correct horse battery staple"  # noqa: S105  # of a test's own vault


class ByHand(Rehearsal):
    """A copy of inventories/staging in ``folder``, for a machine on the network of another environment."""

    def __init__(self, folder: Path, network: Rehearsal) -> None:
        self.folder = folder / "staging"
        self._network = CHECKOUT / network.inventory
        self._variables = self.folder / "group_vars" / "all"
        shutil.copytree(CHECKOUT / "inventories" / "staging", self.folder)
        (folder / "vault").write_text(VAULT_PASSWORD)
        self.vault = ("--vault-password-file", str(folder / "vault"))
        super().__init__(str(self.folder), network.environment)

    @property
    def rehearsal(self) -> dict:
        """Where the network's services are."""
        facts = self._network / "group_vars" / "all" / "rehearsal.yml"
        return yaml.safe_load(facts.read_text())["slipway_rehearsal"]

    def make_machine(self) -> Server:
        """Make a machine of Oracle's habits, as a person would in a console."""
        made = Environment(self.environment, self._network / ".slipway")
        server = ensure(made.provider, made.spec("by-hand", "oci"), "present", check_mode=False).after
        assert server is not None
        return server

    def fill_in(self, server: Server, application: dict, domain: str) -> None:
        """Write down what staging asks for, and what differs from the internet here."""
        known_hosts = self.folder.parent / "known_hosts"
        known_hosts.write_text("".join(f"{server.ipv4} {key}\n" for key in server.host_keys))
        key = self._network / ".slipway" / "id_ed25519"
        machine = {
            "ansible_host": server.ipv4,
            "ansible_user": server.ssh_user,
            "ansible_ssh_private_key_file": str(key),
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={known_hosts}",
            "server_addresses": [server.ipv4, server.ipv6],
        }
        self._write(self.folder / "hosts.yml", {"oci": {"hosts": {HOST: machine}}})
        self._write(self._variables / "app.yml", {**application, "app_domain": domain})
        main = yaml.safe_load((self._variables / "main.yml").read_text())
        dns_server = self.rehearsal["services"]["dns"]["ipv4"]
        self._write(
            self._variables / "main.yml",
            {
                **main,
                "base_admin_keys": [key.with_suffix(".pub").read_text().strip()],
                "dns_zone": self.rehearsal["zone"],
                "dns_server": dns_server,
                "dns_wait": 5,
                "docker_registry_mirrors": ["http://registry.rehearsal.example:5000"],
                "probe_vantage": self.rehearsal["services"]["outside"]["container"],
                "proxy_acme_directory": self.rehearsal["acme_directory"],
                "proxy_acme_ca_file": self.rehearsal["ca_file"],
                "smoke_ca_file": self.rehearsal["ca_file"],
                "smoke_resolvers": [dns_server],
            },
        )

    def make_records(self, server: Server, *names: str) -> None:
        """Have the names lead to the machine."""
        key = read_key(Path(self.rehearsal["tsig_key_file"]))
        update = dns.update.UpdateMessage(
            self.rehearsal["zone"], keyring=dns.tsig.Key(key.name, key.secret, key.algorithm)
        )
        for name in names:
            update.add(f"{name}.", 60, "A", server.ipv4)
            update.add(f"{name}.", 60, "AAAA", server.ipv6)
        answer = dns.query.tcp(update, self.rehearsal["services"]["dns"]["ipv4"], timeout=10)
        assert answer.rcode() == 0

    @staticmethod
    def _write(path: Path, variables: dict) -> None:
        path.write_text(yaml.safe_dump(variables, sort_keys=False))
