"""Tests of bot.discord_front."""
