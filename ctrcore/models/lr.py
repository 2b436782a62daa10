"""Logistic regression, the floor every table needs: `f = w0 + sum_i w_i`."""

from __future__ import annotations

import torch
from torch import Tensor

from ctrcore.models.base import CTRModel, Parts
from ctrcore.models.batch import Batch


class LR(CTRModel):
    """`f = w0 + sum_i w_i`."""

    def forward(self, batch: Batch) -> Tensor:
        logit: Tensor = self.bias + self.embedding.sums(batch).w
        return logit

    @torch.no_grad()
    def explain(self, batch: Batch) -> Parts:
        w = self.embedding(batch).w
        base = self.bias.expand(len(batch))
        return Parts(logit=self(batch), base=base, fields=w)
