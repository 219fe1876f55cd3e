"""Fine-tune the reader on labelled posts.

The recipe (measured on communities not trained on): mean pooling and a linear head, five questions
at once, 2 epochs of batches of 16, AdamW at 5e-5 (head 1e-3), a moving average of the weights. In
bfloat16 a step of 16 x 160 pieces takes .6 s on two cores that can multiply in it, 4 s on others.
Of two such trainings, which saw the posts in another order, the weights are averaged: from one
start they end near each other, and their mean errs less than either (Wortsman et al., Model
soups, 2022).
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - as everybody calls it

from models.words import Kind, Role
from nlp.labelled import LabelledPost
from nlp.reader.network import ReaderNetwork
from nlp.reader.pieces import Pieces, cut, tokeniser
from nlp.text import read

KINDS = tuple(kind for kind in Kind if kind not in (Kind.NONE, Kind.NEED))
ROLES = tuple(Role)
#: Columns of the scores: signal, latent need, hot signal, then kinds and roles.
OUTPUTS = 3 + len(KINDS) + len(ROLES)

BATCH, RATE, HEAD_RATE, DECAY = 16, 5e-5, 1e-3, 0.01
POSITIVE_WEIGHT = 1.5
MADE_UP_WEIGHT = 0.5  # what a post that we made up counts
UNSURE_WEIGHT = 0.6  # what a label counts that its annotator doubted
_KEEP = 0.995  # of the moving average, a step


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the labels say, a row a post; a weight of 0 where they say nothing."""

    signal: Tensor
    signal_weight: Tensor
    latent: Tensor
    latent_weight: Tensor
    hot: Tensor
    hot_weight: Tensor
    kind: Tensor  # -100: none
    kind_rarity: Tensor  # what each kind counts: rare ones more, by the root of how rare they are
    role: Tensor
    role_rarity: Tensor


def mean(networks: Sequence[ReaderNetwork]) -> ReaderNetwork:
    """Return a network with the mean of the weights of ``networks``, one at least."""
    result = deepcopy(networks[0]).eval()
    with torch.no_grad():
        for weight, *others in zip(
            result.parameters(), *(one.parameters() for one in networks[1:]), strict=True
        ):
            weight.copy_(torch.stack([weight, *others]).mean(dim=0))
    return result


def fine_tune(
    posts: Sequence[LabelledPost],
    base: Path,
    *,
    seed: int,
    epochs: int = 2,
    tell: Callable[[str], None] = lambda _: None,
) -> ReaderNetwork:
    """Return a reader of the posts. The same posts, seed and threads give the same weights.

    Args:
        posts: labelled posts.
        base: folder of a BERT-like model: weights, configuration and ``vocab.txt``.
        seed: what everything random is drawn with.
        epochs: how often each post is seen.
        tell: is told how it goes, a line every hundred steps.
    """
    torch.manual_seed(seed)
    inputs = [cut(read(post.title, post.body), tokeniser(base / "vocab.txt")) for post in posts]
    answers = _answers(posts)
    network = ReaderNetwork(base, OUTPUTS)
    average = deepcopy(network).eval()
    optimiser = torch.optim.AdamW(
        [
            {"params": network.body.parameters(), "lr": RATE},
            {"params": network.head.parameters(), "lr": HEAD_RATE},
        ],
        weight_decay=DECAY,
    )
    steps = epochs * math.ceil(len(posts) / BATCH)
    warm = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / warm) * max(0.0, (steps - step) / steps)
    )
    network.train()
    step, total = 0, 0.0
    for epoch in range(epochs):
        for rows in _shuffled([len(one) for one in inputs], seed=seed + 1000 * epoch):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = network(*_tensors([inputs[row] for row in rows]))
            loss = _loss(scores.float(), answers, torch.tensor(rows))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            _move(average, network, keep=min(_KEEP, step / (step + 10)))
            total += loss.item()
            if step % 100 == 0:
                tell(f"step {step} of {steps}, loss {total / 100:.3f}")
                total = 0.0
    return average


def _move(average: ReaderNetwork, network: ReaderNetwork, *, keep: float) -> None:
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), network.parameters(), strict=True):
            slow.lerp_(fast, 1 - keep)


def _answers(posts: Sequence[LabelledPost]) -> _Answers:
    def column(values: Sequence[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float32)

    sure = [
        (1.0 if post.sure else UNSURE_WEIGHT) * (MADE_UP_WEIGHT if post.is_made_up else 1.0)
        for post in posts
    ]
    kinds = [KINDS.index(p.kind) if p.is_signal and p.kind in KINDS else -100 for p in posts]
    roles = [ROLES.index(p.role) if p.role else -100 for p in posts]
    return _Answers(
        signal=column([float(post.is_signal) for post in posts]),
        signal_weight=column(
            [
                0.0 if post.strength == 1 else weight
                for post, weight in zip(posts, sure, strict=True)
            ]
        ),
        latent=column([float(post.strength == 1) for post in posts]),
        latent_weight=column([float(post.strength < 2) for post in posts]),
        hot=column([float(post.strength == 3) for post in posts]),
        hot_weight=column([float(post.is_signal) for post in posts]),
        kind=torch.tensor(kinds),
        kind_rarity=_rarity(kinds, len(KINDS)),
        role=torch.tensor(roles),
        role_rarity=_rarity(roles, len(ROLES)),
    )


def _rarity(answers: Sequence[int], classes: int) -> Tensor:
    counts = np.bincount([one for one in answers if one >= 0], minlength=classes) + 1.0
    return torch.tensor((counts.mean() / counts) ** 0.5, dtype=torch.float32)


def _loss(scores: Tensor, answers: _Answers, rows: Tensor) -> Tensor:
    def asked(column: int, truth: Tensor, weight: Tensor, positive: float = 1.0) -> Tensor:
        losses = F.binary_cross_entropy_with_logits(
            scores[:, column], truth[rows], pos_weight=torch.tensor(positive), reduction="none"
        )
        return (losses * weight[rows]).sum() / weight[rows].sum().clamp(min=1)

    def chosen(columns: Tensor, truth: Tensor, rarity: Tensor) -> Tensor:
        known = (truth[rows] >= 0).sum().clamp(min=1)
        losses = F.cross_entropy(
            columns, truth[rows], weight=rarity, ignore_index=-100, reduction="sum"
        )
        return losses / known

    kinds = 3 + len(KINDS)
    return (
        asked(0, answers.signal, answers.signal_weight, POSITIVE_WEIGHT)
        + 0.1 * asked(1, answers.latent, answers.latent_weight)
        + 0.1 * asked(2, answers.hot, answers.hot_weight)
        + 0.3 * chosen(scores[:, 3:kinds], answers.kind, answers.kind_rarity)
        + 0.2 * chosen(scores[:, kinds:], answers.role, answers.role_rarity)
    )


def _shuffled(lengths: Sequence[int], *, seed: int) -> Iterator[list[int]]:
    """Yield rows in batches of posts of like length, in random order: little is padding."""
    draw = random.Random(seed)  # noqa: S311 - order, not secrets
    rows = list(range(len(lengths)))
    draw.shuffle(rows)
    batches: list[list[int]] = []
    for first in range(0, len(rows), 32 * BATCH):
        near = sorted(rows[first : first + 32 * BATCH], key=lambda row: lengths[row])
        batches += [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
    draw.shuffle(batches)
    yield from batches


def _tensors(inputs: Sequence[Pieces]) -> tuple[Tensor, Tensor, Tensor]:
    longest = -(-max(map(len, inputs)) // 16) * 16  # few shapes are multiplied faster
    ids, mask, segments = (torch.zeros(len(inputs), longest, dtype=torch.long) for _ in range(3))
    for row, one in enumerate(inputs):
        ids[row, : len(one)] = torch.tensor(one.ids)
        mask[row, : len(one)] = 1
        segments[row, : len(one)] = torch.tensor(one.segments)
    return ids, mask, segments
