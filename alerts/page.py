"""A mail's sections as text and as HTML; pure."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Section:
    """A heading with one line or several; a list stands one below the other even where it has one."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    words: str
    url: str


def as_text(sections: Sequence[Section], links: Sequence[Link], foot: str) -> str:
    parts = []
    for section in sections:
        if len(section.lines) == 1:
            parts.append(f"{section.heading}: {section.lines[0]}\n")
        else:
            parts.append(f"{section.heading}:\n" + "".join(f"- {line}\n" for line in section.lines))
    parts += [f"{link.words}: {link.url}\n" for link in links]
    return "\n".join([*parts, f"{foot}\n"])


def as_html(sections: Sequence[Section], links: Sequence[Link], foot: str, language: str) -> str:
    style = "font-family: sans-serif; line-height: 1.4; max-width: 46em"
    head = f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"></head>'
    parts = [f'{head}<body style="{style}">']
    for section in sections:
        heading = f"<b>{escape(section.heading)}</b>"
        if len(section.lines) == 1:
            parts.append(f"<p>{heading}<br>{_linked(section.lines[0])}</p>")
        else:
            items = "".join(f"<li>{_linked(line)}</li>" for line in section.lines)
            parts.append(f"<p>{heading}</p><ul>{items}</ul>")
    parts += [f'<p><a href="{escape(link.url)}">{escape(link.words)}</a></p>' for link in links]
    parts.append(f"<p><small>{escape(foot)}</small></p></body></html>")
    return "\n".join(parts) + "\n"


def _linked(line: str) -> str:
    """A line that is an address can be followed."""
    shown = escape(line)
    return f'<a href="{shown}">{shown}</a>' if line.startswith(("http://", "https://")) else shown
