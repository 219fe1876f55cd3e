"""Communities that have an API."""
