"""What the site makes of its pages: equations, the command's own help, and the project's files.

Equations stand in ``math`` fences, as code hosts show them too, and become MathML when the site is
built: a browser needs no script for it, and nothing comes from another host.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from cli.main import main

PICTURE = "samples/before-after.png"  # beside the samples it shows; a page links to ../samples/
# A line that is a link to an example becomes its code.
EXAMPLE = re.compile(r"^\[.*\]\(\.\./(examples/\w+\.py)\)$", re.MULTILINE)
HELP = "<!-- the help of every command -->"
# A role of the docstrings, :func:`rnn.run`, after Markdown has made its backticks code.
ROLE = re.compile(r":(?:func|class|meth|attr|mod|data):<code>~?([\w.]+)</code>")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Equations are a fence of their own."""
    fences = config.mdx_configs.setdefault("pymdownx.superfences", {})
    fences["custom_fences"] = [{"name": "math", "class": "math", "format": equation}]
    return config


def equation(source: str, *_: Any, **__: Any) -> str:
    """A fence of LaTeX as MathML."""
    return convert(source, display="block")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The README's picture is the site's as well, and is kept once."""
    files.append(File.generated(config, PICTURE, abs_src_path=PICTURE))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """What is outside of the pages comes into them: pictures, examples, the help."""
    markdown = markdown.replace("](../samples/", "](samples/")
    markdown = EXAMPLE.sub(code, markdown)
    return markdown.replace(HELP, "\n".join(commands())) if HELP in markdown else markdown


def code(link: re.Match[str]) -> str:
    """The file that a link leads to, as a fence."""
    return f"```python\n{Path(link.group(1)).read_text(encoding='utf-8')}```"


def on_page_content(html: str, **_: Any) -> str:
    """Names that docstrings refer to are links, where the site has them."""
    return ROLE.sub(r'<autoref optional identifier="\1"><code>\1</code></autoref>', html)


def commands(command: click.Command = main, context: click.Context | None = None) -> list[str]:
    """Sections for a command and all below it: its name, and what ``--help`` says."""
    name = "ctxaudio" if context is None else command.name
    context = click.Context(command, context, name, max_content_width=80, terminal_width=80)
    lines = [f"## {context.command_path}", "```text", command.get_help(context), "```", ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, name  # noqa: S101  it was listed
            lines += commands(below, context)
    return lines
