"""What leaves the house in other people's formats: facts of a lead, their fields, safe sheets."""
