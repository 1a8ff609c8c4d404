# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fill the rehearsal's registry with the images that production pulls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .._errors import SlipwayError
from .._images.bootstrap import bootstrapped_reference, ensure_bootstrapped
from .._images.build import ensure_built, is_there
from .._images.cache import cache_directory
from .._images.go_container import ContainerBuilder
from .._images.go_program import ensure_program
from .._images.official import OfficialImages
from .._images.progress import Progress
from .._images.recipe import Recipe, load
from .names import full_name
from .registry import Registry
from .service import find_container
from .up import BASE_SUITE

if TYPE_CHECKING:
    from docker import DockerClient


class Stock:
    """Brings images to the registry of one environment, one at a time: a build uses the whole machine."""

    def __init__(
        self, client: DockerClient, directories: Sequence[Path], check_mode: bool, progress: Progress
    ) -> None:
        self._client = client
        self._directories = directories
        self._check_mode = check_mode
        self._progress = progress
        self._official = OfficialImages()

    def fill(self, environment: str, images: Sequence[str]) -> tuple[str, ...]:
        """Have each image in the registry under all its names; return what was done, in words.

        :raises SlipwayError: when an image can neither be pulled nor built, or the registry is not up.
        """
        recipes = [load(self._directories, name) for name in images]
        base = bootstrapped_reference(BASE_SUITE)
        container = find_container(self._client, environment, "registry")
        if container is None and not self._check_mode:
            raise SlipwayError(
                f"{full_name(environment, 'registry')} is not up", "run playbooks/rehearse_up.yml first"
            )
        registry = Registry(self._client, container) if container and container.status == "running" else None
        steps: list[str] = []
        for recipe in recipes:
            content = recipe.content(base)
            missing = [name for name in recipe.names if not (registry and registry.offers(name, content))]
            if missing and registry and not self._check_mode:
                steps += self._bring(registry, recipe, missing)
            else:
                steps += [f"publish {name}" for name in missing]
        return tuple(steps)

    def _bring(self, registry: Registry, recipe: Recipe, names: list[str]) -> list[str]:
        official = {
            name: reference for name in names if recipe.official and (reference := self._official.pull(name))
        }
        for name, reference in official.items():
            self._progress(f"publishing {name}, the official image")
            registry.publish(reference, [name])
        others = [name for name in names if name not in official]
        made_here = "stand-in" if recipe.official else "built here"
        if others:
            content = recipe.content(bootstrapped_reference(BASE_SUITE))
            kept = cache_directory("images") / f"{recipe.name}-{content}.tar"
            publishing = f"publishing {', '.join(others)}, {made_here}"
            if kept.is_file():
                self._progress(publishing)
                registry.publish_kept(kept, others)
            else:
                if recipe.official:
                    self._progress(f"no registry gives {', '.join(others)}; a stand-in is made here")
                reference = self._build(recipe)
                self._progress(publishing)
                registry.publish(reference, others, keep=kept)
        return [f"publish {name} ({'official' if name in official else made_here})" for name in names]

    def _build(self, recipe: Recipe) -> str:
        base = ensure_bootstrapped(self._client, BASE_SUITE, progress=self._progress)
        if is_there(self._client, recipe.reference(base)):
            return recipe.reference(base)
        program = ensure_program(recipe.go, self._build_go, self._progress) if recipe.go else None
        return ensure_built(self._client, recipe, base, program, self._progress)

    def _build_go(self, environment: dict[str, str], folder: Path, program: str) -> Path:
        base = ensure_bootstrapped(self._client, BASE_SUITE, progress=self._progress)
        image = ensure_built(self._client, load(self._directories, "go"), base, progress=self._progress)
        return ContainerBuilder(self._client, image)(environment, folder, program)
