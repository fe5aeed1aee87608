"""What onnxruntime's own quantizer makes of a model: python vendor.py FOLDER

FOLDER has full.onnx, and calibration.f32 with normalized images, row-major. Writes FOLDER/qdq-int8.onnx, qoperator-int8.onnx,
qdq-int4.onnx and qdq-int4-channel.onnx. onnxruntime 1.32.0.
"""
import logging
import pathlib
import sys

import numpy
import onnx
import onnxruntime.quantization as q

logging.disable(logging.WARNING)
folder = pathlib.Path(sys.argv[1])
prepared = {opset: str(folder / f'prepared-{opset}.onnx') for opset in (17, 21)}
q.shape_inference.quant_pre_process(str(folder / 'full.onnx'), prepared[17], skip_symbolic_shape=True)
onnx.save(onnx.version_converter.convert_version(onnx.load(prepared[17]), 21), prepared[21])
graph = onnx.load(prepared[17]).graph
shape = [axis.dim_value for axis in graph.input[0].type.tensor_type.shape.dim[1:]]
images = numpy.fromfile(folder / 'calibration.f32', dtype=numpy.float32).reshape(-1, *shape)


class Reader(q.CalibrationDataReader):
    def __init__(self):
        self.batches = iter(numpy.array_split(images, 8))

    def get_next(self):
        batch = next(self.batches, None)
        return None if batch is None else {graph.input[0].name: batch}


def quantize(name, opset, **options):
    q.quantize_static(prepared[opset], str(folder / f'{name}.onnx'), Reader(), activation_type=q.QuantType.QUInt8, **options)


qdq, operators = q.QuantFormat.QDQ, q.QuantFormat.QOperator
int8, int4 = q.QuantType.QInt8, q.QuantType.QInt4
quantize('qdq-int8', 17, quant_format=qdq, weight_type=int8, per_channel=True)
quantize('qoperator-int8', 17, quant_format=operators, weight_type=int8, per_channel=True)
quantize('qdq-int4', 21, quant_format=qdq, weight_type=int4, per_channel=False)
quantize('qdq-int4-channel', 21, quant_format=qdq, weight_type=int4, per_channel=True)
