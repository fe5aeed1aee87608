import t from 'tap'
import { runJob } from '../../lib/native/job.js'
import { type Progress, readable } from '../../lib/native/progress.js'

const raw = { stage: 'purify', name: 'conv1', unit: 1, units: 4, step: 0, steps: 0, loss: Number.NaN }

/** A job that runs until it is aborted, as a native one does. */
function endless() {
  let reject: (error: Error) => void = () => {}
  let aborts = 0
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  const abort = () => {
    aborts++
    reject(Object.assign(new Error('stopped'), { code: 'ERR_ABORTED' }))
  }
  return { started: { promise, abort }, aborts: () => aborts }
}

t.test('runJob: gives the result, and leaves no listener behind', async t => {
  const { signal } = new AbortController()
  t.equal(await runJob(() => ({ promise: Promise.resolve(7), abort() {} }), { signal }), 7)
})

t.test('runJob: a signal that is aborted already starts nothing', async t => {
  let started = false
  const start = () => {
    started = true
    return { promise: Promise.resolve(), abort() {} }
  }
  const failure = runJob(start, { signal: AbortSignal.abort('enough') })
  await t.rejects(failure, { code: 'ERR_ABORTED', cause: 'enough' })
  t.notOk(started)
})

t.test('runJob: a signal stops the job; the cause is its reason', async t => {
  const controller = new AbortController()
  const job = endless()
  const failure = runJob(() => job.started, { signal: controller.signal })
  controller.abort('enough')
  await t.rejects(failure, { code: 'ERR_ABORTED', cause: 'enough' })
  t.equal(job.aborts(), 1)
})

t.test('runJob: a signal that comes after the end changes nothing', async t => {
  const controller = new AbortController()
  let aborts = 0
  await runJob(() => ({ promise: Promise.resolve(), abort: () => void aborts++ }), {
    signal: controller.signal,
  })
  controller.abort()
  t.equal(aborts, 0)
})

t.test('runJob: a progress callback that throws stops the job, and its error comes out', async t => {
  const job = endless()
  const mine = new Error('mine')
  const onProgress = () => {
    throw mine
  }
  const failure = runJob(
    report => {
      setImmediate(() => {
        report(raw)
        report(raw)
      })
      return job.started
    },
    { onProgress },
  )
  t.equal(await failure.catch(error => error), mine)
  t.equal(job.aborts(), 1, 'asked once')
})

t.test('runJob: native errors become ShellacErrors, also when the start throws', async t => {
  const native = Object.assign(new Error('no'), {
    code: 'ERR_DEVICE',
    complaint: { thing: 'cuda:9', found: 'none' },
  })
  const expected = { name: 'ShellacError', code: 'ERR_DEVICE', message: 'cuda:9: none', cause: native }
  await t.rejects(
    runJob(() => ({ promise: Promise.reject(native), abort() {} })),
    expected,
  )
  const throwing = () => {
    throw native
  }
  await t.rejects(runJob(throwing), expected)
})

t.test('progress: no NaN, and the time left from the speed so far', async t => {
  const seen: Progress[] = []
  let clock = 0
  const report = readable(
    progress => seen.push(progress),
    () => clock,
  )
  report({ ...raw, unit: 0 })
  clock = 10
  report({ ...raw, unit: 1, step: 5, steps: 10, loss: 0.5 })
  clock = 12
  report({ ...raw, stage: 'measure', unit: 0 })
  clock = 13
  report({ ...raw, stage: 'measure', unit: 2 })
  t.equal(seen[0]?.loss, null)
  t.equal(seen[0]?.etaSeconds, null, 'nothing done, nothing known')
  t.equal(seen[1]?.loss, 0.5)
  t.ok(Math.abs((seen[1]?.etaSeconds ?? 0) - (10 * 2.5) / 1.5) < 1e-9, '1.5 of 4 units in 10 s')
  t.equal(seen[3]?.etaSeconds, 1, 'a stage has a clock of its own')
})
