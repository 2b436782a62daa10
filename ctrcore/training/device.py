"""Which device a model runs on."""

from __future__ import annotations

import os

import torch

from ctrcore.errors import ModelError


def choose_device(name: str = "auto") -> torch.device:
    """The accelerator if there is one, else the CPU; `CTR_DEVICE` overrides the name.

    Raises:
        ModelError: the device does not exist here.
    """
    name = os.environ.get("CTR_DEVICE") or name
    if name == "auto":
        found = torch.accelerator.current_accelerator(check_available=True)
        return found if found is not None else torch.device("cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ModelError(
            f"The device '{name}' cannot be used on this machine.", "Choose 'auto' or 'cpu', or unset CTR_DEVICE."
        ) from error
    return device
