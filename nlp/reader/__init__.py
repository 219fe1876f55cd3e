"""The reader: a small transformer that reads a post as a whole, where the linear model doubts.

It costs a hundred times what the linear model does, so it reads only what passes its floor. It
runs in onnxruntime; torch is needed to train it (`harken[train]`), never to use it.
"""
