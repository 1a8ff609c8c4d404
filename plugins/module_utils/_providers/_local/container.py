# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a container must be run so that systemd and a Docker Engine work inside it."""

from __future__ import annotations

from typing import Any

# Everything a virtual machine's root has, but CAP_SYS_RESOURCE: machines that are sandboxes themselves
# do not hold it, and an engine there cannot grant it (nor, therefore, --privileged).
_CAPABILITIES = """
    AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID
    IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE
    NET_BROADCAST NET_RAW SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE
    SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_TIME SYS_TTY_CONFIG WAKE_ALARM
""".split()  # noqa: SIM905  # a list of words reads better than 35 quoted ones

# The two ways to grant a system container what it needs, as fields of the Engine API's HostConfig; the
# simpler one first. Without the two empty path lists /proc/sys is read-only, and the engine inside cannot
# start containers.
PRIVILEGES: tuple[dict[str, Any], ...] = (
    {"Privileged": True},
    {
        "CapAdd": _CAPABILITIES,
        "SecurityOpt": ["seccomp=unconfined", "apparmor=unconfined"],
        "MaskedPaths": [],
        "ReadonlyPaths": [],
    },
)

# The engine mounts these noexec unless told; a machine's /tmp runs programs, and package scripts rely on it.
_TMPFS = {"/run": "", "/run/lock": "", "/tmp": "exec"}  # noqa: S108  # the container's own

# systemd from 256 on refuses the legacy cgroup hierarchy unless it is told to take it.
_LEGACY_CGROUP_ARGUMENTS = ["SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1", "systemd.unified_cgroup_hierarchy=0"]


def init_command(cgroup_version: str) -> list[str]:
    """Return systemd's command line for the machine's cgroup version, ``"1"`` or ``"2"``."""
    return ["/sbin/init", *(_LEGACY_CGROUP_ARGUMENTS if cgroup_version == "1" else [])]


def host_config(cgroup_version: str, mounts: dict[str, str]) -> dict[str, Any]:
    """Return the Engine API's HostConfig, without privileges.

    ``mounts`` gives the place of each named volume. On cgroup version 1 systemd needs the machine's own
    hierarchy.
    """
    binds = [f"{volume}:{place}" for volume, place in mounts.items()]
    if cgroup_version == "1":
        binds.append("/sys/fs/cgroup:/sys/fs/cgroup:rw")
    return {
        "Binds": binds,
        "CgroupnsMode": "host" if cgroup_version == "1" else "private",
        "Tmpfs": _TMPFS,
    }
