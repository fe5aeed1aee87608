// The experiments by name. A new one is a file beside this and a line in the list.
import type { ExperimentInput } from '../schema.js'
import { figure1, figure2, figure3, figure4, figure5, figure6 } from './figures.js'
import { table1, table2 } from './tables-1-2.js'
import { table3, table4, table5 } from './tables-3-5.js'
import { table6, table7, table8 } from './tables-6-8.js'
import { table9, table10, table11, table12 } from './tables-9-12.js'

export const CATALOGUE: ExperimentInput[] = [
  table1,
  table2,
  table3,
  table4,
  table5,
  table6,
  table7,
  table8,
  table9,
  table10,
  table11,
  table12,
  figure1,
  figure2,
  figure3,
  figure4,
  figure5,
  figure6,
]
