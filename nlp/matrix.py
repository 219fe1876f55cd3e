"""Posts as rows and features as columns, for training."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.cues import finder
from nlp.features import extract
from nlp.labelled import LabelledPost
from nlp.linear import Floats
from nlp.text import Text, read

#: A feature must be seen in this many communities: fewer would be names and in-jokes, and could
#: give a post away. Raising it from 3 to 5 halves the model and costs nothing on unseen ones.
MIN_COMMUNITIES = 5
#: A word keeps its name in skeletons when it is seen in this share of the communities.
COMMON_SHARE = 0.22
#: What a made-up post counts against a real one.
MADE_UP_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Matrix:
    """Posts as rows, features as columns."""

    rows: Any  # scipy.sparse.csr_matrix, which has no type information
    weights: Floats  # of the rows
    is_real: npt.NDArray[np.bool_]  # not made up
    communities: npt.NDArray[np.str_]
    names: list[str]  # of the columns, sorted
    common: frozenset[str]  # words that keep their name in skeletons


def build_matrix(posts: Sequence[LabelledPost]) -> Matrix:
    """Return the posts' features; those seen in too few communities are left out.

    Which features there are is found over all posts, their labels unseen.
    """
    from sklearn.feature_extraction import DictVectorizer  # here because only training needs it

    communities = {post.community for post in posts}
    texts = [read(post.title, post.body) for post in posts]
    often = max(2, COMMON_SHARE * len(communities))
    words = _communities_of(posts, map(_words, texts))
    common = frozenset(word for word, where in words.items() if len(where) >= often)
    cues = finder()
    features = [extract(text, finder=cues, common=common).values for text in texts]
    enough = min(MIN_COMMUNITIES, max(2, len(communities) // 3))
    seen = _communities_of(posts, features)
    vectoriser = DictVectorizer(sort=True)
    rows = vectoriser.fit_transform(
        {name: value for name, value in found.items() if len(seen[name]) >= enough}
        for found in features
    )
    is_real = np.array([not post.is_made_up for post in posts])
    return Matrix(
        rows=rows,
        weights=np.where(is_real, 1.0, MADE_UP_WEIGHT),
        is_real=is_real,
        communities=np.array([post.community for post in posts]),
        names=list(vectoriser.feature_names_),
        common=common,
    )


def _words(text: Text) -> set[str]:
    return {*text.title.tokens.norms, *text.body.tokens.norms}


def _communities_of(
    posts: Sequence[LabelledPost], keys: Iterable[Iterable[str]]
) -> dict[str, set[str]]:
    seen: dict[str, set[str]] = defaultdict(set)
    for post, of_post in zip(posts, keys, strict=True):
        for key in of_post:
            seen[key].add(post.community)
    return seen
