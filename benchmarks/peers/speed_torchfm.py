"""torchfm 0.7.0: FM and AFM, with a loop as in the main.py of its examples.

    python speed_torchfm.py TASK.json

The package holds models alone; its examples train them with a torch DataLoader over rows one at a time, BCELoss and
Adam. Its weight decay (1e-6 there) and dropout (0.2) are 0 here. Rows are shuffled in every epoch, as the other
libraries do; its example does so once, when it splits. The example's loader has 8 worker processes; this one has none,
which is faster on two cores.
"""

from __future__ import annotations

import time
from typing import Any

from speed_common import Rows, answer, measured, read_task, settle

MISSING = {"fibinet": "no FiBiNET", "din": "no DIN, and nothing else that takes a history"}
NOTES = (
    "one table for all fields; first-order weights and bias, the weights drawn with a standard deviation of 1, "
    "embeddings by Xavier; loader without worker processes"
)


class Pairs:
    """Fields and label of one row at a time, as its own data sets give them."""

    def __init__(self, rows: Rows) -> None:
        self.items = rows.ids.astype("int64")
        self.targets = rows.label

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self.items[index], self.targets[index]


def main() -> None:
    """Train and predict, or say why not."""
    task, sizes, rows, test = read_task()
    if task["model"] in MISSING:
        answer({"missing": MISSING[task["model"]]})
        return
    began = time.perf_counter()
    import torch
    from torchfm.model.afm import AttentionalFactorizationMachineModel
    from torchfm.model.fm import FactorizationMachineModel

    imported = time.perf_counter() - began
    settle(task)
    fields, width = list(sizes.values()), task["embedding_size"]
    if task["model"] == "fm":
        model = FactorizationMachineModel(fields, width)
    else:
        model = AttentionalFactorizationMachineModel(fields, width, task["attention_size"], dropouts=(0.0, 0.0))
    model = model.to(task["device"])
    optimizer = torch.optim.Adam(model.parameters(), lr=task["learning_rate"])
    train_loader = torch.utils.data.DataLoader(Pairs(rows), batch_size=task["batch_size"], shuffle=True)
    test_loader = torch.utils.data.DataLoader(Pairs(test), batch_size=task["batch_size"])
    found = measured(
        task,
        model,
        rows,
        test,
        train=lambda: train_epoch(model, optimizer, train_loader, task["device"]),
        predict=lambda: predict(model, test_loader, task["device"]),
    )
    answer({"import_seconds": imported, **found, "notes": NOTES})


def train_epoch(model: Any, optimizer: Any, loader: Any, device: str) -> float:
    """One pass over the training rows.

    Returns:
        The mean loss, which its example reports: it takes the loss of every batch from the device.
    """
    import torch
    from tqdm import tqdm

    model.train()
    loss_of = torch.nn.BCELoss()
    total = 0.0
    for fields, labels in tqdm(loader, smoothing=0, mininterval=1.0):
        loss = loss_of(model(fields.to(device)), labels.to(device).float())
        model.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def predict(model: Any, loader: Any, device: str) -> list[float]:
    """Scores of all rows, as its example gathers them."""
    import torch
    from tqdm import tqdm

    model.eval()
    scores: list[float] = []
    with torch.no_grad():
        for fields, _ in tqdm(loader, smoothing=0, mininterval=1.0):
            scores.extend(model(fields.to(device)).tolist())
    return scores


if __name__ == "__main__":
    main()
