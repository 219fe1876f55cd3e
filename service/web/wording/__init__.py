"""How the page says and draws things; what it shows is read in ``views``."""
