import { ShellacError } from '../../../errors.js'
import type { NodeProto } from '../proto/onnx_pb.js'

/** A damaged or lying file. */
export const badFile = (file: string, found: string, expected: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: file,
    found,
    expected,
    remedy: 'get the file again; it is damaged, or not what it claims to be',
  })

const shown = (name: string): string => JSON.stringify(name.slice(0, 200))

const nodeName = ({ name, output, opType }: NodeProto): string =>
  `node ${shown(name || (output[0] ?? ''))} (${opType.slice(0, 100)})`

/** A node whose inputs or attributes cannot be. */
export const badNode = (node: NodeProto, found: string, expected: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: nodeName(node),
    found,
    expected,
    remedy: 'export the model again, and check it with onnx.checker',
  })

/** A node that is right but that Shellac has no op for. `nearest`: what comes closest. */
export const unsupported = (node: NodeProto, found: string, nearest: string, remedy?: string): ShellacError =>
  new ShellacError('ERR_UNSUPPORTED_OP', {
    thing: nodeName(node),
    found,
    expected: nearest,
    remedy: remedy ?? 'replace it in the model before it is exported',
  })
