"""A report as a Word document, for those who paste it into a report of their own."""
