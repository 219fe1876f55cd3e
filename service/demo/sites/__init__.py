"""The sample communities' pages: pure functions of the posts and an anchor time."""
