// docs/options.md, made from the schemas: `node dist/cli/options-doc.js > docs/options.md`.
import { pathToFileURL } from 'node:url'
import type * as zod from 'zod'
import { featuresOptions } from '../analysis/features.js'
import { gradCamOptions } from '../analysis/grad-cam.js'
import { importanceOptions } from '../analysis/importance.js'
import { movedInputsOptions } from '../analysis/moved-inputs.js'
import { normStatisticsOptions } from '../analysis/norm-statistics.js'
import { preActivationsOptions } from '../analysis/pre-activations.js'
import { tSneOptions } from '../analysis/t-sne.js'
import { unitDriftOptions } from '../analysis/unit-drift.js'
import { auditOptions } from '../audit.js'
import { benignSplitOptions } from '../data/benign-split.js'
import { cifar10Options } from '../data/cifar10.js'
import { imageFolderOptions } from '../data/image-folder.js'
import { mnistOptions } from '../data/mnist.js'
import { tinyImagenetOptions } from '../data/tiny-imagenet.js'
import { adaptiveOptions } from '../lab/attacks/adaptive.js'
import { compArtifactOptions } from '../lab/attacks/comp-artifact.js'
import {
  badnetsOptions,
  blendedOptions,
  issbaOptions,
  lfOptions,
  sigOptions,
} from '../lab/attacks/conventional.js'
import { inputAwareOptions } from '../lab/attacks/input-aware.js'
import { pqBackdoorOptions } from '../lab/attacks/pq-backdoor.js'
import { quAntiZationOptions } from '../lab/attacks/qu-anti-zation.js'
import { quraOptions } from '../lab/attacks/qura.js'
import { wanetOptions } from '../lab/attacks/wanet.js'
import { adaRoundOptions } from '../lab/defences/adaround.js'
import { boundaryFlipsOptions } from '../lab/defences/boundary-flips.js'
import { brecqOptions } from '../lab/defences/brecq.js'
import { efrapOptions } from '../lab/defences/efrap.js'
import { finePruningOptions } from '../lab/defences/fine-pruning.js'
import { ftOptions } from '../lab/defences/ft.js'
import { ftSamOptions, ftSamPdaOptions } from '../lab/defences/ft-sam.js'
import { iBauOptions } from '../lab/defences/i-bau.js'
import { intervalNoiseOptions } from '../lab/defences/interval-noise.js'
import { mcrOptions } from '../lab/defences/mcr.js'
import { nadOptions, nadPdaOptions } from '../lab/defences/nad.js'
import { qDropOptions } from '../lab/defences/qdrop.js'
import { qvecOptions } from '../lab/defences/qvec.js'
import { demoOptions } from '../lab/demo.js'
import { experimentOptions } from '../lab/experiments/index.js'
import { trainOptions } from '../lab/train.js'
import { inputAwareTriggerOptions } from '../lab/triggers/input-aware.js'
import { issbaTriggerOptions } from '../lab/triggers/issba.js'
import { measureOptions } from '../measure.js'
import { ARCHITECTURES } from '../model/architectures/index.js'
import { loadOptions } from '../model/load.js'
import { forwardOptions } from '../model/model.js'
import { saveOptions } from '../model/save.js'
import type { LazySchema } from '../options.js'
import { purifyOptions } from '../purify.js'
import { quantizeOptions } from '../quantize.js'
import { queueOptions, workerOptions } from '../queue/options.js'
import { reportOptions } from '../report.js'
import { serveOptions } from '../service/options.js'
import { verifyOptions } from '../verify.js'
import { analyses } from './analyses/index.js'
import { lookedOptions } from './analyses/subject.js'
import { kebab, propertiesOf, rangeOf } from './flags.js'
import { setupOptions } from './setup-options.js'

type Section = [string, LazySchema<zod.ZodObject>]
export const SECTIONS: Section[] = [
  ['loadModel()', loadOptions],
  ['model.forward()', forwardOptions],
  ['model.save()', saveOptions],
  ['datasets.mnist()', mnistOptions],
  ['datasets.cifar10()', cifar10Options],
  ['datasets.tinyImagenet()', tinyImagenetOptions],
  ['datasets.imageFolder()', imageFolderOptions],
  ['benignSplit()', benignSplitOptions],
  ['purify()', purifyOptions],
  ['quantize()', quantizeOptions],
  ['measure()', measureOptions],
  ['audit()', auditOptions],
  ['verify()', verifyOptions],
  ['report()', reportOptions],
  ['neuronImportance()', importanceOptions],
  ['preActivations()', preActivationsOptions],
  ['features()', featuresOptions],
  ['movedInputs()', movedInputsOptions],
  ['gradCam()', gradCamOptions],
  ['tSne()', tSneOptions],
  ['unitDrift()', unitDriftOptions],
  ['normStatistics()', normStatisticsOptions],
  ["createModel('resnet18')", ARCHITECTURES.resnet18.schema],
  ["createModel('resnet34')", ARCHITECTURES.resnet34.schema],
  ["createModel('preactResnet18')", ARCHITECTURES.preactResnet18.schema],
  ["createModel('alexnet')", ARCHITECTURES.alexnet.schema],
  ["createModel('vgg19Bn')", ARCHITECTURES.vgg19Bn.schema],
  ["createModel('mobilenetV2')", ARCHITECTURES.mobilenetV2.schema],
  ["createModel('vit')", ARCHITECTURES.vit.schema],
  ["createModel('efficientvit')", ARCHITECTURES.efficientvit.schema],
  ['train()', trainOptions],
  ['quAntiZation()', quAntiZationOptions],
  ['compArtifact()', compArtifactOptions],
  ['pqBackdoor()', pqBackdoorOptions],
  ['adaptive()', adaptiveOptions],
  ['qura()', quraOptions],
  ['badnets()', badnetsOptions],
  ['blendedAttack()', blendedOptions],
  ['sigAttack()', sigOptions],
  ['lfAttack()', lfOptions],
  ['qvec()', qvecOptions],
  ['intervalNoise()', intervalNoiseOptions],
  ['boundaryFlips()', boundaryFlipsOptions],
  ['inputAware()', inputAwareOptions],
  ['issba()', issbaOptions],
  ['wanet()', wanetOptions],
  ['trigger input-aware', inputAwareTriggerOptions],
  ['trigger issba', issbaTriggerOptions],
  ['ft()', ftOptions],
  ['finePruning()', finePruningOptions],
  ['mcr()', mcrOptions],
  ['nad()', nadOptions],
  ['nadPda()', nadPdaOptions],
  ['iBau()', iBauOptions],
  ['ftSam()', ftSamOptions],
  ['ftSamPda()', ftSamPdaOptions],
  ['efrap()', efrapOptions],
  ['adaRound()', adaRoundOptions],
  ['brecq()', brecqOptions],
  ['qDrop()', qDropOptions],
  ['shellac experiment', experimentOptions],
  ['connectQueue()', queueOptions],
  ['startWorker()', workerOptions],
  ['shellac demo', demoOptions],
  ['shellac serve', serveOptions],
  ['shellac setup', setupOptions],
  ['shellac analyse, of models', lookedOptions],
]

const HEAD = `# Options

Made from the schemas by \`node dist/cli/options-doc.js > docs/options.md\`; do not edit.

Every option of a verb is also a flag of its command; models, datasets and \`benignSplit()\` have no command of their own. Verbs also take \`signal\` (an \`AbortSignal\`) and \`onProgress\`;
\`measure()\` also takes \`trigger\` and \`reference\`; the analyses take \`trigger\` and \`neurons\`.
Kinds of \`shellac analyse\` ([analyses](analysis.md)) also have the flags of "shellac analyse, of models", but for
\`batch-norm\`, \`losses\` and \`convergence\`.
`

export async function optionsDoc(): Promise<string> {
  const sections: string[] = []
  const kinds = (await analyses()).map(({ name, schema }): Section => [`shellac analyse ${name}`, schema])
  for (const [title, schema] of [...SECTIONS, ...kinds])
    sections.push(`## ${title}\n\n${await optionTable(schema)}\n`)
  return [HEAD, ...sections].join('\n')
}

async function optionTable(schema: LazySchema<zod.ZodObject>): Promise<string> {
  const rows = (await propertiesOf(schema)).map(([name, property]) => {
    const usual = property.default === undefined ? '' : `\`${JSON.stringify(property.default)}\``
    const cells = [
      `\`${name}\``,
      `\`--${kebab(name)}\``,
      rangeOf(property),
      usual,
      property.description ?? '',
    ]
    return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return ['| option | flag | values | default | |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  void optionsDoc().then(text => process.stdout.write(text))
}
