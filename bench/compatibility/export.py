"""Exports models of torchvision and timm in every format, with what PyTorch makes of two images.

Run: python export.py FOLDER [NAME ...] (torch 2.14.1, torchvision 0.29.1, timm 1.0.31, onnx, onnxscript). Weights are random,
seeded, and "lived in": BN statistics, gains and tokens are not those of a fresh model; those of the model called trained are
the committed ones. Where a constructor can, it makes the network narrow, so that the table takes minutes; that changes no op.
FOLDER/models.json tells bench/compatibility/table.mjs what is there.
"""
import json
import logging
import pathlib
import sys
import warnings

import numpy
import timm
import torch
import torchvision
from safetensors.torch import load_file
from torch import nn
from torchvision import models as tv
from torchvision.models.convnext import CNBlockConfig
from torchvision.models.resnet import BasicBlock, Bottleneck

warnings.filterwarnings('ignore')
logging.disable(logging.WARNING)
CLASSES = 10


def narrow_classifier(model, features):
    model.avgpool = nn.AdaptiveAvgPool2d(2)
    model.classifier = nn.Sequential(nn.Dropout(), nn.Linear(features, 64), nn.ReLU(inplace=True),
                                     nn.Linear(64, CLASSES))
    return model


def committed():
    """torchvision's ResNet-18 with the tensors of examples/models: a quarter as wide, with the stem for small images."""
    path = pathlib.Path(__file__).parents[2] / 'examples' / 'models' / 'cifar10-qu-anti-zation.safetensors'
    model = tv.resnet18(num_classes=CLASSES)
    model.conv1, model.maxpool = nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.Identity()
    for name, tensor in load_file(path).items():
        owner, _, leaf = name.rpartition('.')
        module = model.get_submodule(owner)
        if leaf in module._parameters:
            module._parameters[leaf] = nn.Parameter(tensor)
        else:
            module._buffers[leaf] = tensor
    return model.eval()


# name: builder, image size, architecture of Shellac for the state dict
MODELS = {
    'resnet18': (lambda: tv.resnet18(num_classes=CLASSES), 64, 'resnet18:stem=imagenet,classes=10,inputSize=64'),
    'resnet34': (lambda: tv.resnet.ResNet(BasicBlock, [3, 4, 6, 3], num_classes=CLASSES), 64,
                 'resnet34:stem=imagenet,classes=10,inputSize=64'),
    'resnet50': (lambda: tv.resnet.ResNet(Bottleneck, [3, 4, 6, 3], num_classes=CLASSES, width_per_group=16), 64, None),
    'alexnet': (lambda: narrow_classifier(tv.alexnet(), 256 * 4), 96, None),
    'vgg11_bn': (lambda: narrow_classifier(tv.vgg11_bn(init_weights=False), 512 * 4), 64, None),
    'squeezenet1_1': (lambda: tv.squeezenet1_1(num_classes=CLASSES), 64, None),
    'densenet121': (lambda: tv.DenseNet(8, (6, 12, 24, 16), 16, num_classes=CLASSES), 64, None),
    'googlenet': (lambda: tv.GoogLeNet(CLASSES, aux_logits=False, init_weights=False), 64, None),
    'mobilenet_v2': (lambda: tv.mobilenet_v2(num_classes=CLASSES), 64,
                     'mobilenetV2:stem=imagenet,classes=10,inputSize=64'),
    'mobilenet_v3_small': (lambda: tv.mobilenet_v3_small(num_classes=CLASSES, width_mult=0.5), 64, None),
    'shufflenet_v2_x0_5': (lambda: tv.shufflenet_v2_x0_5(num_classes=CLASSES), 64, None),
    'mnasnet0_5': (lambda: tv.mnasnet0_5(num_classes=CLASSES), 64, None),
    'efficientnet_b0': (lambda: tv.efficientnet_b0(num_classes=CLASSES), 64, None),
    'regnet_y_400mf': (lambda: tv.regnet_y_400mf(num_classes=CLASSES), 64, None),
    'convnext': (lambda: tv.ConvNeXt([CNBlockConfig(24, 48, 2), CNBlockConfig(48, 96, 2), CNBlockConfig(96, None, 2)],
                                     num_classes=CLASSES, layer_scale=1), 64, None),
    'vit (torchvision)': (lambda: tv.VisionTransformer(64, 16, 4, 4, 64, 256, num_classes=CLASSES), 64,
                          'vit:stem=imagenet,classes=10,inputSize=64,patch=16,width=64,depth=4,heads=4'),
    'deit_tiny (timm)': (lambda: timm.create_model('deit_tiny_patch16_224', img_size=64, embed_dim=96, depth=4,
                                                   num_classes=CLASSES), 64, None),
    'repvgg_a0 (timm)': (lambda: timm.create_model('repvgg_a0', num_classes=CLASSES), 64, None),
    'mobilenetv4 (timm)': (lambda: timm.create_model('mobilenetv4_conv_small_050', num_classes=CLASSES), 64, None),
    'ghostnet (timm)': (lambda: timm.create_model('ghostnet_050', num_classes=CLASSES), 64, None),
    'swin_t': (lambda: tv.SwinTransformer([4, 4], 24, [2, 2], [2, 2], [4, 4], num_classes=CLASSES), 64, None),
    'resnet18_trained': (committed, 32, 'resnet18:width=16,classes=10,inputSize=32'),
}


def images(size):
    """Bytes that table.mjs makes too, as a model without its own normalization reads them there."""
    count = 2 * 3 * size * size
    return torch.tensor([i * 7919 % 251 for i in range(count)]).float().reshape(2, 3, size, size) / 255


def lived_in(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in model.state_dict().items():
        if name.endswith('running_var'):
            tensor.uniform_(0.8, 1.25, generator=generator)
        elif name.endswith(('running_mean', 'bias', 'token', 'embed', 'embedding')):
            tensor.uniform_(-0.1, 0.1, generator=generator)
        elif tensor.is_floating_point() and tensor.ndim <= 1:
            tensor.uniform_(0.8, 1.25, generator=generator)
    return model.eval()


def trace(model, x, path):
    with torch.no_grad():
        torch.jit.trace(model, x).save(path)


def onnx(dynamo):
    def export(model, x, path):
        batch = {'dynamic_shapes': ({0: torch.export.Dim('n')},)} if dynamo else {'dynamic_axes': {'images': {0: 'n'}}}
        torch.onnx.export(model, (x,), path, dynamo=dynamo, opset_version=18 if dynamo else 17, input_names=['images'],
                          output_names=['logits'], **batch, **({'external_data': False, 'verbose': False} if dynamo else {}))
    return export


FORMATS = {
    'TorchScript, traced': ('traced.pt', trace),
    'TorchScript, scripted': ('scripted.pt', lambda model, x, path: torch.jit.script(model).save(path)),
    'ONNX, old exporter': ('old.onnx', onnx(False)),
    'ONNX, new exporter': ('new.onnx', onnx(True)),
    'state dict': ('pth', lambda model, x, path: torch.save(model.state_dict(), path)),
}


def write(folder, name, seed):
    build, size, architecture = MODELS[name]
    torch.manual_seed(seed)
    model = committed() if build is committed else lived_in(build(), seed)
    x = images(size)
    with torch.no_grad():
        logits = model(x).flatten().tolist()
    files = {}
    for label, (ending, export) in FORMATS.items():
        path = folder / f'{name.split(" ")[0]}-{seed}.{ending}'
        try:
            export(model, x, str(path))
            files[label] = {'path': path.name}
        except Exception as error:
            files[label] = {'refused': f'PyTorch: {str(error).strip().splitlines()[0][:160]}'}
    parameters = sum(tensor.numel() for tensor in model.parameters())
    print(name, f'{parameters:,}', flush=True)
    return {'name': name, 'size': size, 'parameters': parameters, 'logits': logits, 'architecture': architecture,
            'files': files}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    index = folder / 'models.json'
    known = json.loads(index.read_text())['models'] if index.exists() else []
    names = list(MODELS)
    wanted = [next(name for name in names if name.split(' ')[0] == word) for word in sys.argv[2:]] or names
    for name in wanted:
        known = [model for model in known if model['name'] != name] + [write(folder, name, names.index(name))]
        known.sort(key=lambda model: names.index(model['name']))
        versions = {'torch': torch.__version__, 'torchvision': torchvision.__version__, 'timm': timm.__version__,
                    'numpy': numpy.__version__}
        index.write_text(json.dumps({'versions': versions, 'models': known}))


main()
