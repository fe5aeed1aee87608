// Training scripts rarely save a bare state dict: it lies in a dictionary with the epoch, the optimizer and the like.
import { ShellacError } from '../../errors.js'
import { Dict, TensorView, type Value } from './pickle/values.js'

/** Keys under which state dicts lie, the likeliest first. */
const WRAPPERS = [
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'net',
  'network',
  'params',
  'weights',
  'module',
]
const MOST_WRAPPERS = 4

/** The tensors by name, without what they are wrapped in. Throws ERR_BAD_MODEL where there are none. */
export function unwrap(path: string, root: Value): Map<string, TensorView> {
  let value = root
  for (let depth = 0; depth < MOST_WRAPPERS && value instanceof Dict; depth++) {
    const { entries } = value
    const inner = WRAPPERS.map(key => entries.get(key)).find(found => found instanceof Dict)
    if (!inner) break
    value = inner
  }
  const tensors = value instanceof Dict ? tensorsOf(value) : new Map<string, TensorView>()
  if (tensors.size > 0) return tensors
  throw new ShellacError('ERR_BAD_MODEL', {
    thing: `model file ${path}`,
    found: value instanceof Dict ? `a dictionary with ${keysOf(value)}` : 'no dictionary',
    expected: `tensors by name, or a dictionary that has them under one of ${WRAPPERS.join(', ')}`,
    remedy: 'save the state dict alone: torch.save(model.state_dict(), "weights.pth")',
  })
}

function tensorsOf({ entries }: Dict): Map<string, TensorView> {
  const tensors = new Map<string, TensorView>()
  for (const [name, value] of entries) {
    if (typeof name === 'string' && value instanceof TensorView) tensors.set(name, value)
  }
  return tensors
}

function keysOf({ entries }: Dict): string {
  const keys = [...entries.keys()].filter(key => typeof key === 'string').slice(0, 10)
  const names = keys.map(key => `"${key.slice(0, 80)}"`).join(', ')
  return `${entries.size} entries but no tensor${names ? `: ${names}` : ''}`
}
