"""What can go wrong in `nlp`.

NlpError
├── ModelError        the shipped or given model can't be used
├── TrainingError     the labelled lines can't make a model
├── TopicError        a topic's phrases can't be matched
└── LineError         one line of input is not a post
"""


class NlpError(Exception):
    """Something in the language part went wrong."""


class ModelError(NlpError):
    """The model can't be used; install the package again or train with `harken train`."""


class TrainingError(NlpError):
    """The labelled lines are too few or too alike to make a model."""


class TopicError(NlpError):
    """A topic's phrases can't be matched."""


class LineError(NlpError):
    """A line is not a post."""
