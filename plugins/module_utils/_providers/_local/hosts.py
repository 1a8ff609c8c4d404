# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The habits of the clouds' images, as instructions for building a system container's image."""

from __future__ import annotations

from dataclasses import dataclass

from ..._errors import SlipwayError


@dataclass(frozen=True)
class Distribution:
    """Where a distribution's files come from: Debian's archive (``suite``) or a container registry."""

    suite: str = ""
    registry_image: str = ""


DISTRIBUTIONS = {
    "debian-12": Distribution(suite="bookworm"),
    "debian-13": Distribution(suite="trixie"),
    "ubuntu-22.04": Distribution(registry_image="ubuntu:22.04"),
    "ubuntu-24.04": Distribution(registry_image="ubuntu:24.04"),
    "ubuntu-26.04": Distribution(registry_image="ubuntu:26.04"),
}


@dataclass(frozen=True)
class Flavour:
    """How one provider's machines greet their owner."""

    ssh_user: str
    home: str
    uid: int
    dockerfile: str = ""


# What Oracle's Ubuntu images carry in /etc/iptables: everything but SSH is rejected, and the chain that
# guards the link-local services (iSCSI boot volumes, metadata) must stay.
_OCI_RULES_V4 = """\
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:InstanceServices - [0:0]
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p udp --sport 123 -j ACCEPT
-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
-A OUTPUT -d 169.254.0.0/16 -j InstanceServices
-A InstanceServices -d 169.254.0.2/32 -p tcp -m owner --uid-owner 0 -m tcp --dport 3260 -j ACCEPT
-A InstanceServices -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j ACCEPT
-A InstanceServices -d 169.254.169.254/32 -p udp -m udp --dport 53 -j ACCEPT
-A InstanceServices -d 169.254.0.0/16 -p tcp -m tcp -j REJECT --reject-with tcp-reset
-A InstanceServices -d 169.254.0.0/16 -p udp -m udp -j REJECT --reject-with icmp-port-unreachable
COMMIT
"""
_OCI_RULES_V6 = """\
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p ipv6-icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp6-adm-prohibited
-A FORWARD -j REJECT --reject-with icmp6-adm-prohibited
COMMIT
"""

FLAVOURS = {
    "hetzner": Flavour(ssh_user="root", home="/root", uid=0),
    "oci": Flavour(
        ssh_user="ubuntu",
        home="/home/ubuntu",
        uid=1000,
        dockerfile="""\
RUN install-packages iptables iptables-persistent
RUN id ubuntu 2>/dev/null || useradd --uid 1000 --create-home --shell /bin/bash ubuntu
COPY sudoers /etc/sudoers.d/90-cloud-init-users
COPY rules.v4 rules.v6 /etc/iptables/
RUN chmod 0440 /etc/sudoers.d/90-cloud-init-users
""",
    ),
}

# apt's folder is made to look as old as it is empty, or Ansible would take it for a fresh list of packages.
_INSTALL_PACKAGES = """\
#!/bin/sh
set -eu
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
apt-get clean
rm -rf /var/lib/apt/lists/*
touch -d @0 /var/lib/apt/lists
"""

# systemd-modules-load: loading modules is the machine's business, and the unit fails in a container.
_DOCKERFILE = """\
ARG BASE
FROM ${BASE}
COPY install-packages /usr/local/sbin/
RUN chmod 0755 /usr/local/sbin/install-packages && install-packages \
    systemd systemd-sysv dbus udev kmod procps python3 python3-apt sudo openssh-server iproute2 \
    ca-certificates \
    && rm -f /etc/ssh/ssh_host_* /usr/sbin/policy-rc.d \
    && truncate --size 0 /etc/machine-id \
    && systemctl mask systemd-modules-load.service systemd-udevd.service systemd-resolved.service \
    && systemctl set-default multi-user.target
COPY first-boot.service /etc/systemd/system/first-boot.service
RUN systemctl enable first-boot.service ssh.service
{flavour}
RUN rm /usr/local/sbin/install-packages
STOPSIGNAL SIGRTMIN+3
"""

# cloud-init's share of a first boot that cannot be done before the machine runs: its own host keys.
_FIRST_BOOT = """\
[Unit]
Description=Give this host SSH keys of its own
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
Before=ssh.service ssh.socket

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target
"""


def build_context(flavour: str) -> dict[str, str]:
    """Return the files of the image's build context, by name."""
    files = {
        "Dockerfile": _DOCKERFILE.replace("{flavour}", FLAVOURS[flavour].dockerfile),
        "first-boot.service": _FIRST_BOOT,
        "install-packages": _INSTALL_PACKAGES,
    }
    if flavour == "oci":
        files |= {
            "rules.v4": _OCI_RULES_V4,
            "rules.v6": _OCI_RULES_V6,
            "sudoers": "ubuntu ALL=(ALL) NOPASSWD:ALL\n",
        }
    return files


def distribution(image: str) -> Distribution:
    """Return where the image's files come from.

    :raises SlipwayError: when the local provider has no such image.
    """
    if image not in DISTRIBUTIONS:
        raise SlipwayError(
            f"image: the local provider has no {image!r}", f"use one of {', '.join(DISTRIBUTIONS)}"
        )
    return DISTRIBUTIONS[image]


def flavour(name: str) -> Flavour:
    """Return a flavour by its name.

    :raises SlipwayError: when there is none.
    """
    if name not in FLAVOURS:
        raise SlipwayError(
            f"flavour: the local provider knows no {name!r}", f"use one of {', '.join(FLAVOURS)}"
        )
    return FLAVOURS[name]
