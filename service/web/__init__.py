"""The web page: server-rendered, complete without JavaScript, deny by default."""
