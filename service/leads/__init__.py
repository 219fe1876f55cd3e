"""Leads and what happens to them: opened, scored, moved, merged, nurtured, closed."""
