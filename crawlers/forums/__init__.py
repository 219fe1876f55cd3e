"""Forums and comments, read by their pages."""
