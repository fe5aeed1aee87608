import { purify, purifyOptions } from '../../purify.js'
import { besides } from '../../report/page/chart.js'
import { unitLossChart } from '../../report/page/charts.js'
import { figure } from './analysis.js'
import { onCalibration } from './calibrated.js'

export const losses = () =>
  onCalibration({
    name: 'losses',
    summary: 'the output error of each unit, rounded to nearest and purified',
    source: 'Li et al., ICML 2024, Eq. 3: the objective of layer-wise activation correction',
    schema: purifyOptions,
    run: async (model, images, settings) => {
      const { report } = await purify(model, images, settings)
      const units = report?.units ?? []
      return {
        result: { ...report, units: units.map(({ trace: _trace, ...unit }) => unit) },
        table: [
          ['unit', 'loss, nearest', 'loss, purified', 'PDA before', 'PDA after'],
          ...units.map(({ unit, lossBefore, lossAfter, pda, pdaBefore, pdaAfter }) => [
            unit,
            figure(lossBefore),
            figure(lossAfter),
            ...(pda ? [figure(pdaBefore), figure(pdaAfter)] : ['–', '–']),
          ]),
        ],
        picture: async () => besides([unitLossChart(units, 'losses', model.name)]),
      }
    },
  })
