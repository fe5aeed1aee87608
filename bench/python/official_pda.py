"""The official PDA, unit by unit, on a ResNet-18 for 32x32 images in PyTorch eager, timed.

Reads commands as lines of JSON and answers each with one:
  {"width": 64, "threads": 2, "steps": 5, "only": ["conv1"]?}
    -> {"units": [{"unit": ..., "secondsPerStep": ...}], "recipeSeconds": ..., "torch": "2.x"}
A step: the conv with nearest-rounded weights on a batch of 32, the distance of each sample's statistics from the BN's
running ones, its gradient for the input, a signed move within the bound. Units without BN are left out, as in the
recipe. recipeSeconds: 500 steps of each of 32 batches of every unit at this pace.
"""
import time

import torch
from lines import serve
from official_units import units

BATCH, STEPS, BATCHES, BOUND = 32, 500, 32, 1e-3


def distance(y, mean, deviation):
    mu = y.mean((2, 3))
    sd = (y.var((2, 3)) + 1e-6).sqrt()
    return ((mean - mu).pow(2).sum() + (deviation - sd).pow(2).sum()) / y.shape[0]


def seconds_per_step(unit, x0, steps):
    mean, deviation = unit.norm.running_mean, (unit.norm.running_var + 1e-6).sqrt()
    x, rate = x0, 1e-3

    def step(x):
        x = x.detach().requires_grad_()
        loss = distance(unit.quantized(x), mean, deviation)
        gradient = torch.autograd.grad(loss, x)[0]
        return x0 + (x.detach() - rate * gradient.sign() - x0).clamp(-BOUND, BOUND)

    x = step(x)
    start = time.perf_counter()
    for _ in range(steps):
        x = step(x)
    return (time.perf_counter() - start) / steps


def answer(command):
    torch.set_num_threads(command["threads"])
    torch.manual_seed(0)
    images = torch.randn(BATCH, 3, 32, 32)
    timed = []
    for name, unit, x in units(command["width"], images):
        if unit.norm is None or name not in command.get("only", [name]):
            continue
        unit.quantized.requires_grad_(False)
        timed.append({"unit": name, "secondsPerStep": seconds_per_step(unit, x, command["steps"])})
    recipe = STEPS * BATCHES * sum(unit["secondsPerStep"] for unit in timed)
    return {"units": timed, "recipeSeconds": recipe, "torch": torch.__version__}


if __name__ == "__main__":
    serve(answer)
