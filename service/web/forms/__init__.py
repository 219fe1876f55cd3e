"""What people send: fields as they may be kept, and where they are brought back to."""
