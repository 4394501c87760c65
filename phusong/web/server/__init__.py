"""`phusong serve`: runs over HTTP, for the page and for programs."""
