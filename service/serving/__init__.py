"""What the pages and the API of one installation share: at which door, and of which house."""
