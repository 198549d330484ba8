"""Registers the commands with Discord, which takes long and is limited, only when they changed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from pathlib import Path

from discord import app_commands

_log = logging.getLogger(__name__)


async def sync_if_changed(tree: app_commands.CommandTree, file: Path | None) -> bool:
    """Register the commands of a tree unless `file` says that they are; tell whether it was done.

    Raises what discord.py raises.
    """
    known = await asyncio.to_thread(_read, file) if file else None
    digest = await _digest(tree)
    if known == digest:
        return False
    await tree.sync()
    if file:
        try:
            await asyncio.to_thread(_write, file, digest)
        except OSError as error:
            _log.warning("%s cannot be written (%s); commands are registered anew", file, error)
    return True


async def _digest(tree: app_commands.CommandTree) -> str:
    translator = tree.translator
    payload = [
        await command.get_translated_payload(tree, translator)
        if translator
        else command.to_dict(tree)
        for command in tree.get_commands()
    ]
    application = tree.client.application_id
    text = json.dumps([application, payload], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _read(file: Path) -> str | None:
    try:
        return file.read_text("utf-8").strip()
    except OSError:
        return None


def _write(file: Path, digest: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{digest}\n", "utf-8")
