"""What needs a hand: looked for, kept as rows that open and resolve by themselves."""
