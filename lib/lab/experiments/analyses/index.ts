// The analyses by name. A new one is a file beside this and a line in the table.
import { activationHistograms } from './activation-histograms.js'
import type { Analysis } from './analysis.js'
import { gradCams } from './grad-cam.js'
import { pdaHistograms } from './pda-histograms.js'
import { tSnes } from './t-sne.js'

export const ANALYSES: Record<string, Analysis> = {
  'activation-histograms': activationHistograms,
  'pda-histograms': pdaHistograms,
  'grad-cam': gradCams,
  't-sne': tSnes,
}
