"""From "what do you sell?" to the first leads: a draft, places to listen at, thirty days back."""
