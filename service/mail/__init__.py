"""Mail to our own users: how it is built, how it leaves, and the links in it."""
