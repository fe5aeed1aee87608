import t from 'tap'
import { atCall, fromNative, outOfMemory, ShellacError } from '../lib/errors.js'

t.test('ShellacError: the sentence is made from its four parts', async t => {
  const error = new ShellacError('ERR_BAD_DATA', {
    thing: 'calibration image 17',
    found: 'shape [1, 28, 28]',
    expected: '[3, 32, 32]',
    remedy: 'pass { size: 32 }',
  })
  t.equal(error.message, 'calibration image 17: shape [1, 28, 28]; expected [3, 32, 32]. Pass { size: 32 }')
  t.equal(error.code, 'ERR_BAD_DATA')
  t.equal(new ShellacError('ERR_ABORTED', { thing: 'the job', found: 'stopped' }).message, 'the job: stopped')
})

t.test('fromNative: keeps the code and the four parts', async t => {
  const complaint = { thing: 'node "conv1"', found: '3 groups', expected: 'a divisor of 16', remedy: '' }
  const mapped = fromNative(Object.assign(new Error('native words'), { code: 'ERR_BAD_MODEL', complaint }))
  t.match(mapped, {
    code: 'ERR_BAD_MODEL',
    complaint,
    message: 'node "conv1": 3 groups; expected a divisor of 16',
  })
  t.match(
    fromNative(new TypeError('odd')),
    { code: 'ERR_INTERNAL', message: /odd/ },
    'what it does not know is our fault',
  )
})

t.test('atCall: the stack is of the verb’s call', async t => {
  function verb(): Promise<void> {
    return atCall(verb, async () => {
      await new Promise(resolve => setTimeout(resolve, 1))
      throw new ShellacError('ERR_BAD_OPTION', { thing: 'x', found: 'y' })
    })
  }
  function whereTheUserCalls(): Promise<void> {
    return verb()
  }
  const error = await whereTheUserCalls().catch(error => error)
  t.match(error.stack, /^ShellacError \[ERR_BAD_OPTION\]: x: y\n.*whereTheUserCalls/)
})

t.test('outOfMemory: by what a library says first', async t => {
  t.match(outOfMemory(new Error('vips_tracked: out of memory --- size == 1MB')), {
    code: 'ERR_OUT_OF_MEMORY',
  })
  t.equal(outOfMemory(new Error('gifload: bad image dimensions\ngifload_buffer: Out of memory')), null)
})
