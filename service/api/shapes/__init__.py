"""What the API takes and gives, as typed values that never change."""
