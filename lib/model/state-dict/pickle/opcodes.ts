// The pickle instructions that torch.save needs, protocols 2 to 5. What makes objects of classes, takes code or reads the
// text of protocol 0 is not among them.
import type { Machine } from './machine.js'
import { Dict, List, Other, Tuple } from './values.js'

type Step = (machine: Machine) => void

const push = (value: () => Parameters<Machine['push']>[0]): Step => {
  return machine => machine.push(value())
}
const code = (character: string): number => character.charCodeAt(0)

export const STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
  // constants
  [code('N'), push(() => null)],
  [0x88, push(() => true)],
  [0x89, push(() => false)],
  [code('K'), machine => machine.push(machine.cursor.u8())],
  [code('M'), machine => machine.push(machine.cursor.u16())],
  [code('J'), machine => machine.push(machine.cursor.i32())],
  [0x8a, machine => machine.push(machine.cursor.integer(machine.cursor.u8()))],
  [code('G'), machine => machine.push(machine.cursor.f64())],
  // texts; bytes are passed over
  [0x8c, machine => machine.push(machine.cursor.text(machine.cursor.u8()))],
  [code('X'), machine => machine.push(machine.cursor.text(machine.cursor.u32()))],
  [0x8d, machine => machine.push(machine.cursor.text(machine.cursor.u64()))],
  [code('C'), bytes(machine => machine.cursor.u8())],
  [code('B'), bytes(machine => machine.cursor.u32())],
  [0x8e, bytes(machine => machine.cursor.u64())],
  [0x96, bytes(machine => machine.cursor.u64())],
  // containers
  [code(')'), machine => machine.tuple(0)],
  [0x85, machine => machine.tuple(1)],
  [0x86, machine => machine.tuple(2)],
  [0x87, machine => machine.tuple(3)],
  [code('('), machine => machine.mark()],
  [code('t'), tupleOfMark],
  [code(']'), push(() => new List())],
  [code('a'), machine => appendOne(machine)],
  [code('e'), machine => machine.append(machine.popToMark())],
  [code('}'), push(() => new Dict())],
  [code('s'), setOne],
  [code('u'), machine => machine.setItems(machine.popToMark())],
  [0x8f, push(() => new Other('set'))],
  [0x90, machine => void machine.popToMark()],
  [0x91, frozenSet],
  // the stack and the memo
  [code('0'), machine => void machine.pop()],
  [code('2'), machine => machine.push(machine.top())],
  [code('q'), machine => machine.remember(machine.cursor.u8())],
  [code('r'), machine => machine.remember(machine.cursor.u32())],
  [0x94, machine => machine.memoize()],
  [code('h'), machine => machine.recall(machine.cursor.u8())],
  [code('j'), machine => machine.recall(machine.cursor.u32())],
  [0x95, machine => void machine.cursor.u64()], // a frame's length
  // names, and what is made of them
  [code('c'), machine => machine.global(machine.cursor.line(), machine.cursor.line())],
  [0x93, stackGlobal],
  [code('R'), machine => machine.reduce()],
  [code('b'), machine => machine.build()],
  [code('Q'), machine => machine.storage()],
])

function bytes(length: (machine: Machine) => number): Step {
  return machine => {
    machine.cursor.take(length(machine))
    machine.push(new Other('bytes'))
  }
}

function tupleOfMark(machine: Machine): void {
  machine.push(new Tuple(machine.popToMark()))
}

function appendOne(machine: Machine): void {
  const item = machine.pop()
  machine.append([item])
}

function setOne(machine: Machine): void {
  const value = machine.pop()
  machine.setItems([machine.pop(), value])
}

function frozenSet(machine: Machine): void {
  machine.popToMark()
  machine.push(new Other('frozenset'))
}

function stackGlobal(machine: Machine): void {
  const [name, module] = [machine.pop(), machine.pop()]
  if (typeof name !== 'string' || typeof module !== 'string') throw machine.refuse('a global without a name')
  machine.global(module, name)
}
