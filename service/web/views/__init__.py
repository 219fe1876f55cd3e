"""What the pages read: plain functions that give frozen values, made for showing."""
