"""Who may do what, and which areas of the page that leads to."""
