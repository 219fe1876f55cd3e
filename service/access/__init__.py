"""Who asks, what they may do, and which leads they see: the same for pages, API and feeds."""
