import { ShellacError } from '../../../errors.js'
import type { Pace } from '../../../pace.js'
import { Machine } from './machine.js'
import { nameOf } from './opcode-names.js'
import { STEPS } from './opcodes.js'
import type { StorageBytes } from './storage.js'
import type { Value } from './values.js'

const PROTO = 0x80
const STOP = 0x2e
const PROTOCOLS = [2, 3, 4, 5]
/** Each makes one value at most, so this bounds memory: the largest state dicts have a tenth of it. */
const MOST_INSTRUCTIONS = 2_000_000
const PACE_EVERY = 1024

/**
 * Reads a pickle of tensors and plain containers. Only the instructions and globals that these need are known; nothing is
 * imported or called, and time and memory stay in proportion to the bytes.
 *
 * @param thing for messages: "record data.pkl of FILE"
 * @throws ERR_BAD_MODEL for anything else, naming the instruction or the global
 */
export async function readPickle(
  thing: string,
  bytes: Uint8Array,
  storageBytes: StorageBytes,
  pace: Pace,
): Promise<Value> {
  const machine = new Machine(bytes, storageBytes, (at, found) => refusal(`${thing}, byte ${at}`, found))
  const { cursor, refuse } = machine
  if (cursor.u8() !== PROTO || !PROTOCOLS.includes(cursor.u8())) {
    throw refuse(`no pickle of protocol ${PROTOCOLS.at(0)} to ${PROTOCOLS.at(-1)}`)
  }
  for (let count = 0; count < MOST_INSTRUCTIONS; count++) {
    if (count % PACE_EVERY === 0) await pace()
    const opcode = cursor.u8()
    if (opcode === STOP) return machine.result()
    const step = STEPS.get(opcode)
    if (!step) throw refuse(`the instruction ${nameOf(opcode)}`)
    step(machine)
  }
  throw refuse(`more than ${MOST_INSTRUCTIONS} instructions`)
}

const refusal = (thing: string, found: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing,
    found,
    expected: 'tensors and plain containers, as torch.save(model.state_dict(), path) writes them',
    remedy:
      'nothing of it was executed. Ask whoever made the file for the state dict alone, torch.save(model.state_dict(), ' +
      '"weights.pth"), and do not open this one with torch.load(..., weights_only=False)',
  })
