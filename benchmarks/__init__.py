"""Measurements of askBen, and of what it is compared with. Nothing here is part of askBen."""
