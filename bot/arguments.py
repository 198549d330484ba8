"""Reads the values of command line options; what cannot be read is wrong usage."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.answering.types import Turn


def history(file: str) -> tuple[Turn, ...]:
    """Return the turns that a file holds."""
    from bot.evaluation import read_turns

    try:
        return read_turns(json.loads(Path(file).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise argparse.ArgumentTypeError(f"{file} is no list of turns ({error!r})") from error


def moment(stated: str) -> datetime:
    """Return a moment from a date in ISO 8601."""
    from bot.evaluation import read_moment

    try:
        return read_moment(stated)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{stated!r} is no date like 2024-03-31") from error


def count(stated: str) -> int:
    """Return a number of 1 or more."""
    number = int(stated)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{stated} is less than 1")
    return number
