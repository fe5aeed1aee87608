// Analyses of models on images: what differs between them is a schema and a function of what is looked at.
import type * as zod from 'zod'
import type { Analysis as LabAnalysis, Subject } from '../../lab/experiments/analyses/analysis.js'
import { type LazySchema, parse } from '../../options.js'
import { flagsOf } from '../flags.js'
import type { Analysis, Finding } from './analysis.js'
import { type Attacked, type Looked, subjectFlags } from './subject.js'

interface Told {
  name: string
  summary: string
  source: string
}

interface Comparison<S extends zod.ZodObject, L> extends Told {
  schema: LazySchema<S>
  run(looked: L, settings: zod.output<S>): Promise<Finding>
}

async function comparison<S extends zod.ZodObject>(
  attacked: Attacked,
  { schema, run, ...told }: Comparison<S, Looked>,
): Promise<Analysis> {
  const own = await flagsOf(schema)
  const subject = await subjectFlags(attacked)
  return {
    ...told,
    schema,
    addTo: command => {
      own.addTo(command)
      subject.addTo(command)
    },
    run: async (context, values, path) => {
      const settings = await parse(told.name, schema, own.read(values)) // before models are read
      return run(await subject.read(context, values, path), settings)
    },
  }
}

/** Of any models; a trigger is put on the images where one is given. */
export const ofModels = <S extends zod.ZodObject>(of: Comparison<S, Looked>): Promise<Analysis> =>
  comparison('optional', of)

/** Of an attack whose trigger and target are known. */
export const ofAttack = <S extends zod.ZodObject>({
  run,
  ...of
}: Comparison<S, Subject>): Promise<Analysis> =>
  comparison('required', { ...of, run: (looked, settings) => run(looked as Subject, settings) })

/** One of the analyses that experiments make too. */
export const ofLab = (analysis: LabAnalysis, told: Told): Promise<Analysis> =>
  ofAttack({
    ...told,
    schema: analysis.schema,
    run: async (subject, settings) => {
      const analysed = await analysis.run(subject, settings)
      return {
        result: analysed.result as object,
        table: analysis.table(analysed),
        picture: () => analysis.picture(analysed),
      }
    },
  })
