"""Sources, a file a kind. Each yields posts through the gate and knows nothing of leads."""
