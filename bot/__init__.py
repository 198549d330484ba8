"""askBen: a Discord bot that answers from one author's blog, cites the passages and links them."""
