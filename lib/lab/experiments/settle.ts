// The settings of a cell with every option filled in: from the experiment, else the scale, else the schemas' defaults.
import { ShellacError } from '../../errors.js'
import { ARCHITECTURES } from '../../model/architectures/index.js'
import { ATTACKS, type Attack } from '../attacks/index.js'
import { DEFENCES } from '../defences/index.js'
import { trainOptions } from '../train.js'
import { ANALYSES } from './analyses/index.js'
import type { CellSettings, Chosen } from './cell.js'
import { resolve } from './resolve.js'
import type { Scale } from './schema.js'

/** Fills in every option. Throws ERR_BAD_OPTION for a name or an option that Shellac does not have. */
export async function settle(
  raw: CellSettings,
  { dataset, attackBits, scale }: { dataset: string; attackBits: number; scale: Scale },
): Promise<CellSettings> {
  const { crop = 0, flip = false } = scale.datasets[dataset] ?? {}
  const { seed } = raw
  const looped = { crop, flip, seed }
  const architecture = await resolve('architecture', ARCHITECTURES, raw.architecture.name, {
    common: { ...scale.architecture, seed },
    own: { ...scale.architectures[raw.architecture.name], ...raw.architecture.options },
  })
  const way = raw.attack ? scale.attacks[raw.attack.name] : undefined
  const attack =
    raw.attack && (await settleAttack(raw.attack, attackBits, { ...scale.attack, ...looped }, scale))
  const clean =
    way?.clean === false
      ? null
      : await resolve('training', { train: { schema: trainOptions } }, 'train', {
          common: looped,
          own: { ...scale.clean, ...way?.clean },
        })
  const preset = raw.quantizer === 'attacker' ? wakingPreset(raw.attack) : raw.quantizer
  const rounding = { weightBits: raw.bits, activationBits: raw.activationBits, calibration: raw.calibration }
  const defence =
    raw.defence &&
    (await resolve('defence', DEFENCES, raw.defence.name, {
      common: { ...scale.defence, ...looped, ...(preset && { ...rounding, quantizer: preset }) },
      own: { ...scale.defences[raw.defence.name], ...raw.defence.options },
    }))
  const analysis =
    raw.analysis &&
    (await resolve('analysis', ANALYSES, raw.analysis.name, {
      common: {},
      own: { ...scale.analyses[raw.analysis.name], ...raw.analysis.options },
    }))
  if (raw.quantizer === null && analysis) throw nothingRounded(analysis.name)
  if (raw.quantizer === null && defence?.options.weightBits !== undefined) throw needsBits(defence.name)
  return {
    ...raw,
    architecture,
    clean: clean?.options ?? null,
    attack,
    trigger: String(attack?.options.trigger ?? raw.trigger),
    target: Number(attack?.options.target ?? raw.target),
    quantizer: preset,
    defence,
    ...(analysis && { analysis }),
  }
}

async function settleAttack(
  { name, options }: Chosen,
  attackBits: number,
  common: Record<string, unknown>,
  scale: Scale,
): Promise<Chosen> {
  const bits = scale.attackPerBits.includes(name) ? await onlyFor(name, attackBits) : {}
  const way = scale.attacks[name]
  const settled = await resolve('attack', ATTACKS, name, {
    common,
    own: { ...bits, ...way?.options, ...(way?.atBits?.[attackBits] || {}), ...options },
  })
  const trigger = scale.triggers[String(settled.options.trigger)]
  return trigger === undefined ? settled : { name, options: { ...settled.options, trigger } }
}

/** As the attack's option "bits" wants it: a number, or a list of them. */
async function onlyFor(name: string, attackBits: number): Promise<{ bits?: number | number[] }> {
  const shape = (await (ATTACKS as Record<string, Attack>)[name]?.schema())?.shape
  if (shape?.bits === undefined) return {}
  return { bits: shape.bits.safeParse(attackBits).success ? attackBits : [attackBits] }
}

const needsBits = (name: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: `defence ${name} at full precision`,
    found: 'it rounds',
    expected: 'bits from 2 to 8',
  })

const nothingRounded = (name: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: `analysis ${name} at full precision`,
    found: 'no rounded model to look at',
    expected: 'bits from 2 to 8',
  })

/** The preset that the attack was made for; a clean model is rounded as Qu-ANTI-zation's are. */
const wakingPreset = (attack: Chosen | null): string =>
  (attack && (ATTACKS as Record<string, Attack>)[attack.name]?.quantizer) ?? 'attacker'
