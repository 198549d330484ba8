"""Remembers across restarts what people thought of answers. Keeps no text of anybody."""
