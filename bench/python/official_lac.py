"""The official LAC loop, unit by unit, on a ResNet-18 for 32x32 images in PyTorch eager, timed.

Reads commands as lines of JSON and answers each with one:
  {"width": 64, "threads": 2, "iterations": 20, "only": ["conv1"]?}
    -> {"units": [{"unit": ..., "secondsPerIteration": ...}], "recipeSeconds": ..., "torch": "2.x"}
An iteration: a batch of 32 out of cached inputs, the unit with Q(W + alpha), mean over n, h, w of the squared error
summed over channels, backward, Adam(alpha) at 1e-3. recipeSeconds: 10,000 iterations of every unit at this pace.
Caching, PDA and everything else of the recipe are not in it.
"""
import time

import torch
from lines import serve
from official_units import units

BATCHES, BATCH, ITERATIONS = 2, 32, 10_000


def iterate(unit, adam, inputs, targets):
    batch = torch.randint(0, BATCHES, ()).item()
    loss = (unit(inputs[batch]) - targets[batch]).pow(2).sum(1).mean()
    adam.zero_grad()
    loss.backward()
    adam.step()
    return loss.item()


def seconds_per_iteration(unit, x, iterations):
    with torch.no_grad():
        target = unit.after(unit.plain(x))
    inputs, targets = x.split(BATCH), target.split(BATCH)
    adam = torch.optim.Adam([unit.quantized.alpha], lr=1e-3)
    for _ in range(2):
        iterate(unit, adam, inputs, targets)
    start = time.perf_counter()
    for _ in range(iterations):
        iterate(unit, adam, inputs, targets)
    return (time.perf_counter() - start) / iterations


def answer(command):
    torch.set_num_threads(command["threads"])
    torch.manual_seed(0)
    images = torch.randn(BATCHES * BATCH, 3, 32, 32)
    timed = [{"unit": name, "secondsPerIteration": seconds_per_iteration(unit, x, command["iterations"])}
             for name, unit, x in units(command["width"], images) if name in command.get("only", [name])]
    recipe = ITERATIONS * sum(unit["secondsPerIteration"] for unit in timed)
    return {"units": timed, "recipeSeconds": recipe, "torch": torch.__version__}


if __name__ == "__main__":
    serve(answer)
