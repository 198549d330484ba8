"""The control tokens of chat templates: in a text of ours they would be instructions. Pure."""

from __future__ import annotations

import re

_CONTROL = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|<\|?(?:start_of_turn|end_of_turn|bos|eos|pad|unk)\|?>|</?s>"
    r"|\[/?INST\]|<</?SYS>>|<｜[^｜<>\n]{1,40}｜>|</?think(?:ing)?>",
    re.IGNORECASE,
)


def without_control_tokens(text: str) -> str:
    """Return a text without any, those included that appear when another one is taken out."""
    previous = None
    while text != previous:
        previous, text = text, _CONTROL.sub("", text)
    return text
