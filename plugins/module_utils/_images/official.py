# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Official images from a container registry, where one answers."""

from __future__ import annotations

from .._engine import docker, engine_errors

# Between two signs of life, not for the whole image: progress of a pull arrives every second.
_SILENCE_SECONDS = 15
# The registry answered, and has not what was asked for.
_REFUSALS = ("denied", "manifest unknown", "not found", "unauthorized")


class OfficialImages:
    """Pulls images; that no registry answers is found out once and then remembered."""

    def __init__(self) -> None:
        self._answers = True

    def pull(self, name: str) -> str | None:
        """Return the reference of the official image, or ``None`` when it is not to be had.

        :param name: as on the public registry, like ``library/postgres:17``.
        :raises SlipwayError: when the engine itself does not answer.
        """
        if not self._answers:
            return None
        reference = f"docker.io/{name}"
        with engine_errors("Connecting to the engine"):
            # A client of its own, because of the short silence that it bears.
            client = docker.from_env(timeout=_SILENCE_SECONDS)
            client.ping()
        try:
            reason = _pull(client, reference)
        except Exception as error:  # whatever went wrong on the way, the image is built instead
            reason = str(error)
        finally:
            client.close()
        if not reason:
            return reference
        self._answers = (
            any(refusal in reason.lower() for refusal in _REFUSALS) and "no such host" not in reason
        )
        return None


def _pull(client: docker.DockerClient, reference: str) -> str:
    """Pull and return an empty text, or the reason why not."""
    repository, _unused, tag = reference.rpartition(":")
    for event in client.api.pull(repository, tag=tag, stream=True, decode=True):
        if "error" in event:
            return str(event["error"])
    return ""
