"""What the house agreed on: what it lacks, who signed it, and how it is told."""
