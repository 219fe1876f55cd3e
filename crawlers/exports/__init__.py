"""What people bring out of other programs."""
