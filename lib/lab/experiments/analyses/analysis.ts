// What an experiment may ask of its models beside their scores.
import type * as zod from 'zod'
import type { Dataset } from '../../../data/dataset.js'
import type { Trigger } from '../../../data/triggers.js'
import type { Model } from '../../../model/model.js'
import { type LazySchema, parse } from '../../../options.js'
import type { Job } from '../bench.js'

/** What is looked at: the same model at full precision, rounded to nearest and, where there is a defence, defended. */
export interface Subject {
  full: Model
  rounded: Model
  defended: Model | null
  /** What the defence is called in pictures. */
  defence: string
  /** The defender's images. */
  benign: Dataset
  test: Dataset
  trigger: Trigger
  target: number
  seed: number
  job: Job
}

/** What an analysis gave: plain data, small enough for a cell's file. */
export interface Analysed {
  name: string
  result: unknown
}

export interface Analysis {
  schema: LazySchema<zod.ZodObject>
  run(subject: Subject, options: Record<string, unknown>): Promise<Analysed>
  /** An SVG. */
  picture(analysed: Analysed): Promise<string>
  /** Its key figures: a head, then lines. */
  table(analysed: Analysed): string[][]
}

interface Definition<S extends zod.ZodObject, R> {
  name: string
  schema: LazySchema<S>
  run(subject: Subject, settings: zod.output<S>): Promise<R>
  picture(result: R): Promise<string>
  table(result: R): string[][]
}

/** Keeps the type of a result together with what draws it; in a file of results it is only data. */
export function defineAnalysis<S extends zod.ZodObject, R>(of: Definition<S, R>): Analysis {
  return {
    schema: of.schema,
    run: async (subject, options) => ({
      name: of.name,
      result: await of.run(subject, await parse(of.name, of.schema, options)),
    }),
    picture: ({ result }) => of.picture(result as R),
    table: ({ result }) => of.table(result as R),
  }
}

export interface NamedModel {
  name: string
  model: Model
}

type Models = Pick<Subject, 'full' | 'rounded' | 'defended' | 'defence'>

export const modelsOf = ({ full, rounded, defended, defence }: Models): NamedModel[] => [
  { name: 'full precision', model: full },
  { name: 'rounded', model: rounded },
  ...(defended ? [{ name: defence, model: defended }] : []),
]

/** Images that the trigger is to lead astray: those whose class is not the target. */
export function victims({ test, target }: Subject): Dataset {
  const { labels } = test
  return test.subset([...(labels ?? [])].flatMap((label, at) => (label === target ? [] : [at])))
}

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
