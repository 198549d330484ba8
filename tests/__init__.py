"""The tests of askBen. Their folders mirror the source."""
