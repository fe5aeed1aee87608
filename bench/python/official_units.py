"""The units of a ResNet-18 on 32x32 images as the official LAC code cuts them, with its 4-bit quantizers.

Weights: per channel, affine, Q(W + alpha) by a straight-through round. Values: per tensor, affine, through PyTorch's
own fake quantization. First and last layer, and what they read, at 8 bits. BN stays in the unit, in eval mode.
"""
import torch
import torch.nn as nn
from resnet18 import ResNet18
from straight_through import Round


class ValueQuantizer(nn.Module):
    def __init__(self, x, bits):
        super().__init__()
        low, high = x.min().clamp(max=0), x.max().clamp(min=0)
        self.high = 2**bits - 1
        self.scale = ((high - low) / self.high).item()
        self.zero_point = round(-low.item() / self.scale)

    def forward(self, x):
        return torch.fake_quantize_per_tensor_affine(x, self.scale, self.zero_point, 0, self.high)


class QuantizedLayer(nn.Module):
    """A conv or linear whose weight is Q(W + alpha)."""

    def __init__(self, layer, bits):
        super().__init__()
        self.layer, self.high = layer, 2**bits - 1
        w = layer.weight.detach()
        shape = (-1, *[1] * (w.dim() - 1))
        low, high = w.flatten(1).amin(1).clamp(max=0), w.flatten(1).amax(1).clamp(min=0)
        self.scale = ((high - low) / self.high).view(shape)
        self.zero_point = torch.round(-low.view(shape) / self.scale)
        self.alpha = nn.Parameter(torch.zeros_like(w))

    def forward(self, x):
        steps = Round.apply((self.layer.weight + self.alpha) / self.scale)
        codes = torch.clamp(steps + self.zero_point, 0, self.high)
        weight = (codes - self.zero_point) * self.scale
        if isinstance(self.layer, nn.Conv2d):
            return self.layer._conv_forward(x, weight, self.layer.bias)
        return nn.functional.linear(x, weight, self.layer.bias)


class Unit(nn.Module):
    """layer -> BN -> ReLU -> value quantizer, the last three where the unit has them."""

    def __init__(self, layer, bits, norm=None, relu=False):
        super().__init__()
        self.plain, self.norm, self.relu = layer, norm, relu
        self.quantized = QuantizedLayer(layer, bits)
        self.output = None

    def after(self, y):
        y = y if self.norm is None else self.norm(y)
        return torch.relu(y) if self.relu else y

    def forward(self, x):
        y = self.after(self.quantized(x))
        return y if self.output is None else self.output(y)


def units(width, images):
    """Yields (name, unit, its input) in order; values are the full-precision model's, quantized where they are read."""
    with torch.no_grad():
        model = ResNet18(width).eval().requires_grad_(False)
        x = ValueQuantizer(images, 8)(images)
        first = Unit(model.conv1, 8, model.bn1, relu=True)
        y = first.after(model.conv1(x))
        first.output = ValueQuantizer(y, 4)
    yield "conv1", first, x
    with torch.no_grad():
        x = first.output(y)
    for stage in range(1, 5):
        for index, block in enumerate(getattr(model, f"layer{stage}")):
            for made, y in block_units(f"layer{stage}.{index}", block, x):
                yield made
            bits = 8 if (stage, index) == (4, 1) else 4
            with torch.no_grad():
                x = ValueQuantizer(y, bits)(y) if bits == 4 else y
    with torch.no_grad():
        x = x.mean((2, 3))
        x = ValueQuantizer(x, 8)(x)
    yield "fc", Unit(model.fc, 8), x


def block_units(name, block, x):
    with torch.no_grad():
        first = Unit(block.conv1, 4, block.bn1, relu=True)
        y = first.after(block.conv1(x))
        first.output = ValueQuantizer(y, 4)
        between = first.output(y)
        second = Unit(block.conv2, 4, block.bn2)
        made, shortcut = second.after(block.conv2(between)), x
    yield (f"{name}.conv1", first, x), None
    if block.downsample is not None:
        with torch.no_grad():
            third = Unit(block.downsample[0], 4, block.downsample[1])
            shortcut = third.after(third.plain(x))
        yield (f"{name}.downsample.0", third, x), None
    yield (f"{name}.conv2", second, between), torch.relu(made + shortcut)
