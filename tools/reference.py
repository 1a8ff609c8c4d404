# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the reference pages: one Markdown page for each role, module and filter, and an index.

Usage: ``python tools/reference.py [FOLDER]``; the folder is ``docs/reference`` unless given. Everything on
the pages comes from ``ansible-doc``, that is from argument_specs and from the plugins' documentation.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from antsibull_docs_parser import dom
from antsibull_docs_parser.format import LinkProvider
from antsibull_docs_parser.md import MDFormatter, to_md
from antsibull_docs_parser.parser import Context, parse

CHECKOUT = Path(__file__).resolve().parents[1]
COLLECTION = "slipway.deploy"
KINDS = {"role": "Roles", "module": "Modules", "filter": "Filters"}


class ReadableMarkdown(MDFormatter):
    """Markdown that reads well as plain text too: code in code marks, and no escape that is not needed."""

    def format_text(self, part: dom.TextPart) -> str:
        return re.sub(r"([\\`*_\[\]<>])", r"\\\1", part.text)

    def format_code(self, part: dom.CodePart) -> str:
        return f"`{part.text}`"

    def format_env_variable(self, part: dom.EnvVariablePart) -> str:
        return f"`{part.name}`"

    def format_option_value(self, part: dom.OptionValuePart) -> str:
        return f"`{part.value}`"

    def format_module(self, part: dom.ModulePart, url: str | None) -> str:
        return f"[{part.fqcn}]({url})" if url else f"`{part.fqcn}`"

    def format_plugin(self, part: dom.PluginPart, url: str | None) -> str:
        return f"[{part.plugin.fqcn}]({url})" if url else f"`{part.plugin.fqcn}`"

    @staticmethod
    def _format_option_like(part: dom.OptionNamePart | dom.ReturnValuePart, url: str | None) -> str:
        return f"`{part.name}`" if part.value is None else f"`{part.name}={part.value}`"


class PageLinks(LinkProvider):
    """Links what belongs to this collection to its page."""

    def plugin_link(self, plugin: dom.PluginIdentifier) -> str | None:
        collection, name = plugin.fqcn.rsplit(".", maxsplit=1)
        return page_name(plugin.type, name) if collection == COLLECTION else None


class Page:
    """The page of one role, module or filter, from its entry in ansible-doc's dump."""

    def __init__(self, kind: str, full_name: str, entry: dict[str, Any]) -> None:
        self.kind = kind
        self.full_name = full_name
        self.doc = entry["entry_points"]["main"] if kind == "role" else entry["doc"]
        self.returned = entry.get("return") or {}
        self.examples = (entry.get("examples") or "").strip("\n")
        self._context = Context(
            current_plugin=dom.PluginIdentifier(fqcn=full_name, type=kind),
            role_entrypoint="main" if kind == "role" else None,
        )

    @property
    def file_name(self) -> str:
        return page_name(self.kind, self.full_name.rpartition(".")[2])

    @property
    def summary(self) -> str:
        return self._text(self.doc["short_description"])

    def render(self) -> str:
        """The page as Markdown."""
        return "\n".join(
            [*self._head(), *self._options(), *self._attributes(), *self._results(), *self._usage()]
        )

    def _text(self, markup: str | list[str], separator: str = "\n\n") -> str:
        paragraphs = parse(markup, self._context, errors="exception")
        return to_md(paragraphs, ReadableMarkdown(), PageLinks(), par_sep=separator)

    def _head(self) -> Iterator[str]:
        yield f"# {self.full_name} ({self.kind})\n\n{self.summary}.\n"
        yield self._text(self.doc["description"]) + "\n"
        if requirements := self.doc.get("requirements"):
            yield "Needs, where it runs: " + ", ".join(self._text(line) for line in requirements) + ".\n"

    def _options(self) -> Iterator[str]:
        if not self.doc.get("options"):
            return
        yield "## Variables\n" if self.kind == "role" else "## Options\n"
        yield "| name | type | default | meaning |\n|---|---|---|---|"
        for name, option in flattened(self.doc["options"], "suboptions", "options"):
            default = "**required**" if option.get("required") else code(option.get("default"))
            yield row(code(name, plain=True), type_of(option), default, self._meaning(option))
        yield ""

    def _meaning(self, option: dict[str, Any]) -> str:
        choices = option.get("choices") or []
        named = choices.items() if isinstance(choices, dict) else ((choice, "") for choice in choices)
        lines = [self._text(option["description"], "<br>")]
        one_of = [f"{code(value)} {self._text(why, ' ') if why else ''}".strip() for value, why in named]
        return "<br>".join([*lines, f"One of: {', '.join(one_of)}."] if one_of else lines)

    def _attributes(self) -> Iterator[str]:
        if attributes := self.doc.get("attributes"):
            yield "## Attributes\n\n| attribute | support | |\n|---|---|---|"
            for name, attribute in sorted(attributes.items()):
                yield row(name, attribute["support"], self._text(attribute["description"], "<br>"))
            yield ""

    def _results(self) -> Iterator[str]:
        if self.returned:
            yield "## Results\n\n| name | type | returned | meaning |\n|---|---|---|---|"
            for name, value in flattened(self.returned, "contains"):
                when = self._text(value.get("returned", ""))
                yield row(
                    code(name, plain=True), type_of(value), when, self._text(value["description"], "<br>")
                )
            yield ""

    def _usage(self) -> Iterator[str]:
        if self.examples:
            yield f"## Examples\n\n```yaml\n{self.examples}\n```\n"


def page_name(kind: str, name: str) -> str:
    return f"{name}_{kind}.md"


def flattened(options: dict[str, Any], *nested: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield options by name, each followed by those inside it as ``outer.inner``."""
    for name, option in sorted(options.items()):
        yield name, option
        for key in nested:
            for inner, suboption in flattened(option.get(key) or {}, *nested):
                yield f"{name}.{inner}", suboption


def type_of(option: dict[str, Any]) -> str:
    elements = option.get("elements")
    return f"{option.get('type', 'str')} of {elements}" if elements else option.get("type", "str")


def code(value: Any, plain: bool = False) -> str:
    """A value in code marks as YAML would have it, nothing for None; ``plain`` leaves out the quotes."""
    if value is None:
        return ""
    return f"`{value if plain or (isinstance(value, str) and value) else json.dumps(value)}`"


def row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def described() -> dict[str, dict[str, Any]]:
    """What ansible-doc knows of this checkout, by kind and full name.

    Raises subprocess.CalledProcessError when it fails; its message is then on stderr.
    """
    ansible_doc = Path(sys.executable).with_name("ansible-doc")
    dump = subprocess.run(
        [ansible_doc, "--metadata-dump", COLLECTION],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".slipway" / "collections")},
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        check=True,
    )
    everything: dict[str, dict[str, Any]] = json.loads(dump.stdout)["all"]
    return everything


def main() -> None:
    folder = Path(sys.argv[1]) if sys.argv[1:] else CHECKOUT / "docs" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    everything = described()
    index = ["# Reference\n\nWritten by `./slipway docs`; change the sources, not these pages.\n"]
    for kind, title in KINDS.items():
        pages = [Page(kind, name, entry) for name, entry in sorted(everything.get(kind, {}).items())]
        if pages:
            index += [
                f"## {title}\n",
                *(f"- [{page.full_name}]({page.file_name}): {page.summary}" for page in pages),
                "",
            ]
        for page in pages:
            (folder / page.file_name).write_text(page.render())
    (folder / "README.md").write_text("\n".join(index))
    print(folder / "README.md")


if __name__ == "__main__":
    main()
