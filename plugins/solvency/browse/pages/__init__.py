"""One module a page: from a view of a case to what the page's template prints."""
