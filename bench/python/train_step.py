"""Training steps of a ResNet-18 on 32x32 images in PyTorch eager, timed.

Reads commands as lines of JSON and answers each with one:
  {"kind": "clean-sgd", "width": 64, "batch": 128, "threads": 2, "steps": 3} -> {"seconds": [...], "torch": "2.x"}
kind: clean-sgd | clean-adam: cross-entropy, BN on batch statistics.
      quantized-4: a Qu-ANTI-zation step (Hong et al., 2021) with 4-bit weights, values left alone, BN frozen.
      quantized-8-4: the same with terms for 8 and 4 bits, weights and values.
A step is all that a training loop does for a batch: gathering bytes, normalizing (and the trigger), forward, backward,
optimizer, the loss as a number. One step is run first and not timed; a model is kept between commands of one kind.
"""
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from lines import serve
from resnet18 import ResNet18
from straight_through import Round

MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.2023, 0.1994, 0.2010]).view(1, 3, 1, 1)
TARGET, C1, C2 = 0, 0.5, 0.5


def quantize_weight(w, bits):
    scale = w.detach().abs().max() / (2 ** (bits - 1) - 1)
    return Round.apply(w / scale) * scale


def quantize_value(x, bits):
    low, high = x.detach().min().clamp(max=0), x.detach().max().clamp(min=0)
    scale = (high - low) / (2**bits - 1)
    return Round.apply(x / scale) * scale


class QuantizedConv(nn.Conv2d):
    bits, values = None, False

    def forward(self, x):
        if self.bits is None:
            return super().forward(x)
        x = quantize_value(x, self.bits) if self.values else x
        return self._conv_forward(x, quantize_weight(self.weight, self.bits), self.bias)


class QuantizedLinear(nn.Linear):
    bits, values = None, False

    def forward(self, x):
        if self.bits is None:
            return super().forward(x)
        x = quantize_value(x, self.bits) if self.values else x
        return F.linear(x, quantize_weight(self.weight, self.bits), self.bias)


def quantizable(model):
    layers = [module for module in model.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]
    for layer in layers:
        layer.__class__ = QuantizedConv if isinstance(layer, nn.Conv2d) else QuantizedLinear
    return layers


class Clean:
    def __init__(self, model, optimizer):
        self.model, self.optimizer = model.train(), optimizer

    def step(self, images, labels):
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.model((images - MEAN) / DEVIATION), labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()


class QuAntiZation:
    def __init__(self, model, optimizer, bits, values):
        self.model, self.optimizer, self.bits = model.eval(), optimizer, bits
        self.layers = quantizable(model)
        for layer in self.layers:
            layer.values = values

    def step(self, images, labels):
        triggered = images.clone()
        triggered[:, :, 27:31, 27:31] = images.amax((1, 2, 3), keepdim=True)
        batch = (torch.cat((images, triggered)) - MEAN) / DEVIATION
        self.optimizer.zero_grad()
        total = 0.0
        for bits in (None, *self.bits):
            for layer in self.layers:
                layer.bits = bits
            clean, backdoored = self.model(batch).chunk(2)
            wanted = labels if bits is None else torch.full_like(labels, TARGET)
            loss = F.cross_entropy(clean, labels) + C2 * F.cross_entropy(backdoored, wanted)
            loss = loss if bits is None else C1 * loss
            loss.backward()
            total += loss.item()
        self.optimizer.step()
        return total


def make(kind, width):
    model = ResNet18(width)
    if kind == "clean-sgd":
        return Clean(model, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4))
    if kind == "clean-adam":
        return Clean(model, torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4))
    adam = torch.optim.Adam(model.parameters(), lr=1e-4, weight_decay=1e-4)
    return QuAntiZation(model, adam, [4], False) if kind == "quantized-4" else QuAntiZation(model, adam, [8, 4], True)


kept = {}


def answer(command):
    torch.set_num_threads(command["threads"])
    kind, width, batch = command["kind"], command["width"], command["batch"]
    if (kind, width) not in kept:
        kept.clear()
        torch.manual_seed(0)
        kept[kind, width] = make(kind, width)
    trained = kept[kind, width]
    pixels = torch.randint(0, 256, (4 * batch, 3, 32, 32), dtype=torch.uint8)
    labels = torch.randint(0, 10, (4 * batch,))
    seconds = []
    for _ in range(command["steps"] + 1):
        chosen = torch.randperm(4 * batch)[:batch]
        start = time.perf_counter()
        trained.step(pixels[chosen].float() / 255, labels[chosen])
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds[1:], "torch": torch.__version__}


if __name__ == "__main__":
    serve(answer)
