"""What people who are heard are owed: to be told, to be answered, and not to come back."""
