// Models in the order of the story: as it came, rounded to nearest, purified, others.
import { ROLES } from '../role.js'
import type { Folder } from './folder.js'
import type { MeasurementFile } from './schema.js'

export interface Measured {
  role: string
  file: string
  model: string | null
  ba: number
  asr: number | null
  ra: number | null
  der: number | null
  samples: number
  triggered: number
}

export const { full: FULL, nearest: NEAREST, purified: PURIFIED } = ROLES
const ORDER: string[] = [FULL, NEAREST, PURIFIED]

/** One row a measured model; what is only a reference of another is there where nothing else tells of it. */
export function measuredModels({ measurements, demos }: Folder): Measured[] {
  const single = measurements.map(({ file, content }) => rowOf(file, content, roleOf(file, content)))
  const told = demos.flatMap(({ file, content }) => [
    rowOf(file, content.fullPrecision, FULL),
    rowOf(file, content.quantized, NEAREST),
    rowOf(file, content.purified, PURIFIED),
  ])
  const rows = single.length > 0 ? single : told
  return [...rows, ...referencesIn(measurements, rows)].sort((a, b) => rank(a.role) - rank(b.role))
}

const rank = (role: string): number => (ORDER.indexOf(role) + ORDER.length + 1) % (ORDER.length + 1)

const rowOf = (
  file: string,
  { ba, asr, ra = null, der = null, samples, triggered, model }: MeasurementFile,
  role: string,
): Measured => ({ role, file, model: model?.name ?? null, ba, asr, ra, der, samples, triggered })

/** A file says what was measured; one of an older Shellac does so by its name alone. */
function roleOf(file: string, { model }: MeasurementFile): string {
  if (model) return model.role
  if (/purif/i.test(file)) return PURIFIED
  if (/nearest|round|quanti/i.test(file)) return NEAREST
  return /full|float|fp32/i.test(file) ? FULL : file.replace(/\.json$/, '')
}

function referencesIn(measurements: Folder['measurements'], rows: Measured[]): Measured[] {
  if (rows.some(({ role }) => role === NEAREST)) return []
  return measurements.flatMap(({ file, content: { reference, samples, triggered, run } }) => {
    if (!reference) return []
    const name = run?.options.reference
    const model = typeof name === 'string' ? name : null
    return [
      {
        role: 'reference',
        file,
        model,
        ...reference,
        ra: reference.ra ?? null,
        der: null,
        samples,
        triggered,
      },
    ]
  })
}
