"""Thinks: from a question and its history to an answer that cites posts. Knows no Discord."""
