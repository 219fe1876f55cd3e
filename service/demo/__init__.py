"""`harken demo`: sample communities on loopback, and the round that reads them."""
