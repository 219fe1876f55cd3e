"""Who gets a lead: eligible reps, offers, clocks, and what happens when they run out."""
