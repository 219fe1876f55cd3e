"""Posts on their way in: checked, judged, folded, stored, read again, and forgotten."""
