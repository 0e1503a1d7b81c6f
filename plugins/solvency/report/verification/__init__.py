"""Verifying a report: what it takes to believe a PDF that came from elsewhere."""
