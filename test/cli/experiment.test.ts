import { readdir } from 'node:fs/promises'
import t from 'tap'
import { shellac } from './child.js'

t.test('experiment --list names them all', async t => {
  const { code, out } = await shellac(['experiment', '--list', '--json'])
  t.equal(code, 0)
  const names = JSON.parse(out).experiments.map(({ name }: { name: string }) => name)
  t.equal(names.length, 18)
  t.match(names, ['table-1'])
})

t.test('experiment --dry-run shows the cells and touches nothing', async t => {
  const cwd = t.testdir({})
  const dry = [
    'experiment',
    'table-1',
    '--dry-run',
    '--only',
    '4-bit lac-pda mse',
    '--seeds',
    '3,4',
    '--json',
  ]
  const { code, out, err } = await shellac(dry, { cwd })
  t.equal(code, 0, err)
  const { cells } = JSON.parse(out)
  t.equal(cells.length, 3 * 2)
  t.match(cells[0], {
    status: 'open',
    attack: 'comp-artifact',
    bits: 4,
    defence: 'lac-pda',
    quantizer: 'mse',
    seed: 3,
  })
  t.strictSame(await readdir(cwd), [])
})

t.test('experiment: says what is wrong', async t => {
  const wrong: [string[], RegExp][] = [
    [[], /ERR_BAD_OPTION: experiment: no name; expected .*--list/],
    [['table-99'], /ERR_BAD_OPTION: .*"table-99"; expected table-1, /],
    [['table-1', '--only', 'nobody', '--dry-run'], /ERR_BAD_OPTION: .*"nobody", which no cell has/],
    [['table-1', '--scale', 'huge'], /ERR_BAD_OPTION: .*"scale".*"huge"/],
    [['table-1', '--data', 'svhn:x', '--dry-run'], /ERR_BAD_OPTION: option "data"/],
  ]
  for (const [args, err] of wrong) {
    t.match(
      await shellac(['experiment', ...args], { cwd: t.testdir({}) }),
      { code: 1, out: '', err },
      args.join(' '),
    )
  }
})
