"""Deliveries: events to endpoints, at least once, in time, and nowhere that nobody named."""
