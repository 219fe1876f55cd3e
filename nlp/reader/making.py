"""Make a reader: fine-tune it, mix it with the linear model, and measure both on the unseen.

A share of the communities is held out of everything. On their posts the mix is fitted and
measured, with the network as it ships: eight bits, in onnxruntime.
"""

import hashlib
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from nlp import metrics
from nlp.calibration import probabilities
from nlp.card import Json, writing
from nlp.cues import finder
from nlp.errors import TrainingError
from nlp.judge import Judge
from nlp.labelled import LabelledPost
from nlp.linear import Floats
from nlp.reader.card import CARD, NETWORK, VOCABULARY, ReaderCard
from nlp.reader.export import export
from nlp.reader.session import Read, Reader
from nlp.reader.teaching import KINDS, ROLES, fine_tune, mean
from nlp.training import described, train

#: The share of communities that is held out: one in this many.
HELD_OUT = 7
#: So often is fine-tuned, with a seed each; the reader is the mean.
TRAININGS = 2
#: So many held-out signals, and others, are needed to mix and measure.
LEAST = 20
#: This share of signals in unseen communities may fall below the floor, where nothing is read.
LOST_BELOW_FLOOR = 0.01
FLOOR_AT_MOST = 0.05
#: So many posts at the most ask where people talk of what they use; of random ones a tenth. Of the
#: labelled ones a quarter do, since labelling looks for them.
SHARE_HEARD = 0.2

BASE: dict[str, Json] = {
    "name": "all-MiniLM-L6-v2, 22.7 million weights",
    "by": "Microsoft (MiniLM) and the sentence-transformers project",
    "licence": "Apache-2.0",
    "changes": "fine-tuned on labelled posts, a new head, weights of eight bits",
}

Ints = npt.NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class MadeReader:
    """A reader that is ready to be written."""

    card: ReaderCard
    network: bytes
    vocabulary: bytes

    def write(self, folder: Path) -> None:
        """Write the files of the reader into ``folder``, which is made when it is missing.

        Raises:
            ModelError: they can't be written there.
        """
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / NETWORK).write_bytes(self.network)
            (folder / VOCABULARY).write_bytes(self.vocabulary)
            (folder / CARD).write_text(self.card.to_json(), encoding="utf-8")


def make_reader(
    posts: Sequence[LabelledPost],
    *,
    further: Sequence[LabelledPost],
    made_up: Sequence[LabelledPost],
    goes_with: Judge,
    base: Path,
    seed: int = 13,
    epochs: int = 2,
    tell: Callable[[str], None] = lambda _: None,
) -> MadeReader:
    """Return a reader, mixed with the linear model and measured on unseen communities.

    Args:
        posts: labelled posts near the mix that will be judged: of these some are held out.
        further: labelled posts that were picked because models doubted: they only train.
        made_up: posts of our own; they train, and never measure.
        goes_with: the judge whose linear model, made of all these posts, it will stand behind.
        base: folder of the model that is fine-tuned.
        seed: what everything random is drawn with.
        epochs: how often each post is seen.
        tell: is told how it goes.

    Raises:
        TrainingError: too few posts, communities or labels.
    """
    out = _held_out({post.community for post in posts}, seed)
    held = [post for post in posts if post.community in out]
    known = [post for post in (*posts, *further) if post.community not in out]
    strength = np.array([post.strength for post in held])
    signals = int((strength >= 2).sum())
    if min(signals, len(held) - signals) < LEAST:
        raise TrainingError(f"the {len(out)} communities held out have {signals} signals only")
    linear = Judge(train(known, made_up=made_up, seed=seed).model, finder())
    tell(f"the linear model knows {len(known):,} posts, {len(held):,} are held out")
    network = export(
        mean(
            [
                fine_tune([*known, *made_up], base, seed=seed + nth, epochs=epochs, tell=tell)
                for nth in range(TRAININGS)
            ]
        )
    )
    vocabulary = (base / "vocab.txt").read_bytes()
    card = _unmixed(network, vocabulary, goes_with)
    odds, reads = _scores(MadeReader(card, network, vocabulary), linear, held)
    mix = _mixed(strength, odds, np.array([read.signal for read in reads]))
    asked = strength != 1
    chances = probabilities(mix.odds)
    latent = probabilities(np.array([read.latent for read in reads]))
    labels = (strength[asked] >= 2).astype(int)
    steady = metrics.steady_threshold(labels, chances[asked], share=SHARE_HEARD)
    threshold = round(steady, 4)
    card = replace(
        card,
        floor=_floor(linear, odds[strength >= 2]),
        linear=mix.linear,
        read=mix.read,
        offset=mix.offset,
        threshold=threshold,
        latent_threshold=_best(strength[strength < 2] == 1, latent[strength < 2]),
        data={
            **described([*known, *held, *made_up]),
            "held_out": len(held),
            "seed": seed,
            "trainings": TRAININGS,
            "epochs": epochs,
        },
        measured={
            "how": f"{len(out)} communities of which nothing was trained on; the mix and the "
            "threshold were fitted on the same posts, so these figures flatter a little",
            "linear_alone": _ranked(labels, odds[asked]),
            "reader_alone": _ranked(labels, np.array([r.signal for r in reads])[asked]),
            "mixed": {
                **_ranked(labels, mix.odds[asked]),
                "f1_at_threshold": round(
                    metrics.at_threshold(labels, chances[asked], threshold).f1, 4
                ),
                "calibration_error": round(metrics.calibration_error(labels, chances[asked]), 4),
            },
        },
    )
    return MadeReader(card, network, vocabulary)


@dataclass(frozen=True, slots=True)
class _Mix:
    linear: float
    read: float
    offset: float
    odds: Floats  # of the held-out posts


def _held_out(communities: Set[str], seed: int) -> frozenset[str]:
    """Return one community in `HELD_OUT`, by a hash: adding others doesn't move them."""

    def number(name: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "big")

    return frozenset(name for name in communities if number(name) % HELD_OUT == 0)


def _unmixed(network: bytes, vocabulary: bytes, goes_with: Judge) -> ReaderCard:
    sha256 = hashlib.sha256(network).hexdigest()
    return ReaderCard(
        version=f"reader-1-{sha256[:8]}",
        sha256=sha256,
        vocabulary_sha256=hashlib.sha256(vocabulary).hexdigest(),
        goes_with=goes_with.model.version,
        floor=0.0,
        linear=0.0,
        read=1.0,
        offset=0.0,
        threshold=0.5,
        latent_threshold=0.5,
        kinds=KINDS,
        roles=ROLES,
        is_optimised=True,
        base=BASE,
    )


def _scores(
    made: MadeReader, linear: Judge, posts: Sequence[LabelledPost]
) -> tuple[Floats, list[Read]]:
    """Return the log-odds of the linear model, and what the reader makes of posts as it ships."""
    seen = [linear.read(post.title, post.body) for post in posts]
    with TemporaryDirectory(prefix="harken-reader-") as folder:
        made.write(Path(folder))
        reader = Reader.load(Path(folder))
        reads = [reader.read(reading.text) for reading in seen]
    return np.array([reading.scores.signal for reading in seen]), reads


def _mixed(strength: Ints, linear: Floats, read: Floats) -> _Mix:
    """Return the weights that explain the labels best; strength 1 has no say."""
    from sklearn.linear_model import LogisticRegression  # here because it takes a second

    rows = np.column_stack([linear, read])
    asked = strength != 1
    fit = LogisticRegression(C=1.0).fit(rows[asked], strength[asked] >= 2)
    weights, offset = fit.coef_[0], float(fit.intercept_[0])
    if weights.min() < 0:
        raise TrainingError("linear model and reader contradict each other; look at the labels")
    return _Mix(
        round(float(weights[0]), 4),
        round(float(weights[1]), 4),
        round(offset, 4),
        rows @ weights + offset,
    )


def _floor(linear: Judge, signals: Floats) -> float:
    """Return the probability below which the linear model puts `LOST_BELOW_FLOOR` of signals."""
    card = linear.model.card
    lowest = float(np.quantile(card.slope * signals + card.offset, LOST_BELOW_FLOOR))
    return round(min(FLOOR_AT_MOST, float(probabilities(np.array([lowest]))[0])), 4)


def _best(labels: npt.NDArray[np.bool_], chances: Floats) -> float:
    return round(metrics.best_threshold(labels.astype(int), chances), 4)


def _ranked(labels: Ints, odds: Floats) -> dict[str, Json]:
    return {
        "average_precision": round(metrics.average_precision(labels, odds), 4),
        "recall_at_precision_90": round(metrics.recall_at_precision(labels, odds, 0.9), 4),
        "posts": len(labels),
    }
