"""Chapters: prose in Markdown whose every number is a figure of the case."""
