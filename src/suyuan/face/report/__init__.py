"""The report: what it shows (views), how it is drawn (drawings), and its page (templates)."""
