"""Lets `python -m bot` be the askben command."""

from bot.cli import main

main()
