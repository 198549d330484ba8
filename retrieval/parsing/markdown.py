"""Turns Markdown and MDX, with the template tags of the usual site generators, into HTML."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

# Code comes first in each alternation, so that whatever looks like a tag inside it is left alone.
_CODE = r"""(?P<code>
      ^[ \t]*(?P<fence>```+|~~~+)[^\n]*\n .*? (?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)
    | (?P<ticks>`+)(?!`) .+? (?<!`)(?P=ticks)(?!`)
    )"""
_TEMPLATE_TAG = re.compile(
    _CODE
    + r"""
    | \{\{[<%].*?[>%]\}\}             # Hugo shortcode; what it encloses stays
    | \{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}
    | \{%.*?%\}                       # Liquid, Nunjucks, Tera
    | \{\{(?!\{).*?\}\}               # an expression
    | \{\#(?![\w-]+\}).*?\#\}         # Nunjucks comment; `{#id}` after a heading is none
    | <!--.*?-->
    | ^:::+[^\n]*$                    # a container's fence, as in Djot and Docusaurus
    | ^[ \t]*\{:[^\n}]*\}[ \t]*$       # attributes of a block, as in kramdown
    | ^===[ ]"[^"\n]*"[ \t]*$         # the name of a tab, as in Material for MkDocs
    | (?<=>[ ])\[!\w+\][ \t]*$        # the kind of a callout, as on GitHub
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_JSX = re.compile(
    _CODE
    + r"""
    | ^(?:import|export)\s(?:[^\n]|\n(?!\s*\n))*   # up to the next empty line
    | \{/\*.*?\*/\}
    | (?P<tag></?(?:[A-Z][\w.]*(?:[^<>"'{}]|"[^"]*"|'[^']*'|\{(?:[^{}]|\{[^{}]*\})*\})*)?>)
    | \{\s*["']\s*["']\s*\}
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


def render_markdown(text: str) -> str:
    """Return the HTML of Markdown as site generators render it: CommonMark, tables, footnotes."""
    return str(_markdown().render(_TEMPLATE_TAG.sub(_code_or_nothing, text)))


def render_mdx(text: str) -> str:
    """Return the HTML of MDX: components are taken away, the Markdown between their tags stays."""
    return str(_mdx().render(_JSX.sub(_code_or_break, text)))


@cache
def _markdown() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .use(footnote_plugin)
        .use(deflist_plugin)
        .use(admon_plugin)
    )


@cache
def _mdx() -> MarkdownIt:
    # MDX has no indented code: text inside a component is indented like any child.
    return (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .disable("code")
        .use(footnote_plugin)
    )


def _code_or_nothing(match: re.Match[str]) -> str:
    return match["code"] or ""


def _code_or_break(match: re.Match[str]) -> str:
    if match["code"]:
        return match["code"]
    if match["tag"] and _stands_alone(match):
        return "\n\n"  # else what the component encloses would be raw HTML, not Markdown
    return ""


def _stands_alone(match: re.Match[str]) -> bool:
    """Tell whether a tag has its end of a line to itself."""
    text = match.string
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    line_end = text.find("\n", match.end())
    after = text[match.end() : line_end if line_end >= 0 else len(text)]
    return not before.strip() or not after.strip()
