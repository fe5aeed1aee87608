"""A forward pass of a ResNet-18 on 32x32 images in PyTorch eager, timed.

{"width": 64, "threads": 2, "images": 1024, "batch": 64} -> {"seconds": ...}
"""
import time

import torch
from lines import serve
from resnet18 import ResNet18


def answer(command):
    torch.set_num_threads(command["threads"])
    torch.manual_seed(0)
    model = ResNet18(command["width"]).eval()
    images = torch.randn(command["images"], 3, 32, 32)
    with torch.inference_mode():
        model(images[:command["batch"]])
        start = time.perf_counter()
        for batch in images.split(command["batch"]):
            model(batch)
    return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    serve(answer)
