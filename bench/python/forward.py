"""Forward passes of the usual networks on 32x32 images in PyTorch eager (eval, inference mode, NCHW), timed.

Reads commands as lines of JSON and answers each with one:
  {"model": "resnet18", "batch": 32, "threads": 2, "repeats": 3} -> {"seconds": [...], "torch": "2.x"}
model: resnet18 | vgg19Bn | mobilenetV2. One pass is run first and not timed; the last model is kept between commands.
"""
import time

import torch
import torch.nn as nn
from lines import serve
from resnet18 import ResNet18

VGG19 = [64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512, "M"]
# expansion, channels, blocks, stride of the first block; strides of stem and second stage are 1 on small images
MOBILENET = [(1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def vgg19_bn(classes=10):
    layers, inputs = [], 3
    for entry in VGG19:
        if entry == "M":
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += [nn.Conv2d(inputs, entry, 3, padding=1), nn.BatchNorm2d(entry), nn.ReLU(inplace=True)]
            inputs = entry
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))


def conv(inputs, outputs, kernel=1, stride=1, groups=1):
    layer = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [layer, nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True)]


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        expand = conv(inputs, hidden) if expansion != 1 else []
        self.conv = nn.Sequential(*expand, *conv(hidden, hidden, 3, stride, hidden), *conv(hidden, outputs)[:2])
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.shortcut else self.conv(x)


def mobilenet_v2(classes=10):
    layers, inputs = conv(3, 32, 3), 32
    for expansion, outputs, blocks, stride in MOBILENET:
        for block in range(blocks):
            layers.append(InvertedResidual(inputs, outputs, stride if block == 0 else 1, expansion))
            inputs = outputs
    return nn.Sequential(*layers, *conv(320, 1280), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, classes))


MODELS = {"resnet18": ResNet18, "vgg19Bn": vgg19_bn, "mobilenetV2": mobilenet_v2}
kept = {}


def answer(command):
    torch.set_num_threads(command["threads"])
    name, batch = command["model"], command["batch"]
    if name not in kept:
        kept.clear()
        torch.manual_seed(0)
        kept[name] = MODELS[name]().eval()
    images = torch.randn(batch, 3, 32, 32)
    seconds = []
    with torch.inference_mode():
        for _ in range(command["repeats"] + 1):
            start = time.perf_counter()
            kept[name](images)
            seconds.append(time.perf_counter() - start)
    return {"seconds": seconds[1:], "torch": torch.__version__}


if __name__ == "__main__":
    serve(answer)
