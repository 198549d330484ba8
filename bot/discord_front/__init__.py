"""Speaks Discord: mentions, replies, commands, embeds. Does not think."""
