"""The network that is fine-tuned: a MiniLM with a linear head on the mean of its pieces.

torch and transformers come with `harken[train]`; only training imports this.
"""

from pathlib import Path
from typing import Any

from torch import Tensor, nn
from transformers import BertModel


class ReaderNetwork(nn.Module):
    """Word pieces in; scores out, and what each piece gives to the first of them."""

    def __init__(self, base: Path, outputs: int) -> None:
        super().__init__()
        # Without dropout on the attention weights: drawing its random numbers took 39 % of a step.
        self.body = BertModel.from_pretrained(
            base,
            add_pooling_layer=False,
            attn_implementation="sdpa",
            attention_probs_dropout_prob=0.0,
        )
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(self.body.config.hidden_size, outputs)

    def states(self, ids: Tensor, mask: Tensor, segments: Tensor) -> Tensor:
        """Return what the body makes of each piece, shape (posts, pieces, width)."""
        out: Any = self.body(input_ids=ids, attention_mask=mask, token_type_ids=segments)
        states: Tensor = out.last_hidden_state
        return states

    def forward(self, ids: Tensor, mask: Tensor, segments: Tensor) -> Tensor:
        """Return log-odds, shape (posts, outputs)."""
        states = self.states(ids, mask, segments)
        weights = mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1)
        scores: Tensor = self.head(self.dropout(mean))
        return scores


class Explained(nn.Module):
    """What is exported: the scores, and the share of each piece in the first score.

    The head is linear and reads a mean, so the shares and the head's bias add up to the score.
    """

    def __init__(self, network: ReaderNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, mask: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
        """Return (scores, shares): shapes (posts, outputs) and (posts, pieces)."""
        head = self.network.head
        states = self.network.states(ids, mask, segments)
        weights = mask.unsqueeze(-1).to(states.dtype)
        weighed = states * weights / weights.sum(1, keepdim=True)
        return head(weighed.sum(1)), (weighed * head.weight[0]).sum(-1)
