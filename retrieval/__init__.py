"""Finds the passages of a blog that answer a question. Knows neither Discord nor the LLM."""
