// The Vision Transformer (Dosovitskiy et al., 2021) with torchvision's parameter names, so that its state dicts fit:
// imagenet at its defaults is vit_b_16, cifar the width, depth and heads of DeiT-Tiny (Touvron et al., 2021).
import { ShellacError } from '../../errors.js'
import type { Z } from '../../options.js'
import { type Built, GraphBuilder } from './architecture.js'
import { commonOptions } from './options.js'

const STEMS = {
  cifar: { patch: 4, width: 192, depth: 12 },
  imagenet: { patch: 16, width: 768, depth: 12 },
}
const HEAD = 64 // numbers of a head, in both papers
const MLP = 4 // hidden features of a block over its width
const EPS = 1e-6

export const vitOptions = (z: Z) => {
  const count = (most: number) => z.int().min(1).max(most).optional()
  return z.strictObject({
    stem: z
      .enum(['cifar', 'imagenet'])
      .default('cifar')
      .describe('patches of 4×4 and a width of 192 (cifar), of 16×16 and 768 (imagenet)'),
    ...commonOptions(z, ''),
    width: count(4096).describe('numbers of a token; what the stem says where it is left out'),
    patch: count(256).describe(
      'height and width of a patch of a ViT; what the stem says where it is left out',
    ),
    depth: count(64).describe('encoder blocks of a ViT; 12 where it is left out'),
    heads: count(256).describe(
      'attention heads, a divisor of the width; one for each 64 of it where left out',
    ),
  })
}

export type VitSettings = ReturnType<typeof vitOptions>['_output']

export async function vit(settings: VitSettings): Promise<Built> {
  const { classes, channels, inputSize, seed } = settings
  const { patch, width, depth, heads } = dimensions(settings)
  const graph = new GraphBuilder()
  let value = graph.node('input', 'input', [])
  const grid = { in: channels, out: width, kernel: patch, stride: patch, padding: 0, bias: true }
  value = graph.node('tokens', 'tokens', [graph.conv('conv_proj', value, grid)])
  const token = graph.tensor('class_token', [1, 1, width], () => 0)
  value = graph.node('classToken', 'class_token', [value], {}, { token })
  const places = [1, (inputSize / patch) ** 2 + 1, width]
  const embedding = graph.tensor('encoder.pos_embedding', places, random => 0.02 * random.normal())
  value = graph.node('positionEmbedding', 'encoder.pos_embedding', [value], {}, { embedding })
  for (let layer = 0; layer < depth; layer++)
    value = block(graph, `encoder.layers.encoder_layer_${layer}`, value, { width, heads })
  // The norm works on each token by itself, so the one that is read is enough.
  value = graph.node('selectToken', 'select', [value], { index: 0 })
  value = graph.layerNorm('encoder.ln', value, width, EPS)
  const output = graph.linear('heads.head', value, { in: width, out: classes })
  return graph.build([channels, inputSize, inputSize], output, seed)
}

/** What was left out follows from the stem. Throws ERR_BAD_OPTION for what does not divide. */
function dimensions({ stem, inputSize, ...chosen }: VitSettings) {
  const patch = chosen.patch ?? STEMS[stem].patch
  const width = chosen.width ?? STEMS[stem].width
  const depth = chosen.depth ?? STEMS[stem].depth
  const heads = chosen.heads ?? (width % HEAD === 0 ? width / HEAD : 1)
  const refuse = (option: string, found: number, expected: string) => {
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: `option "${option}" of vit()`,
      found: `${found}`,
      expected,
    })
  }
  if (inputSize % patch !== 0) refuse('patch', patch, `a divisor of the inputSize, ${inputSize}`)
  if (width % heads !== 0) refuse('heads', heads, `a divisor of the width, ${width}`)
  return { patch, width, depth, heads }
}

/** Norm, self-attention, added to the input; norm, linear, GELU, linear, added to that. */
function block(
  graph: GraphBuilder,
  name: string,
  input: string,
  { width, heads }: { width: number; heads: number },
): string {
  const attention = `${name}.self_attention`
  let value = graph.layerNorm(`${name}.ln_1`, input, width, EPS)
  const joint = { in: width, out: 3 * width, stem: `${attention}.in_proj_` }
  value = graph.linear(`${attention}.in_proj`, value, joint)
  value = graph.node('attention', attention, [value], { heads })
  value = graph.linear(`${attention}.out_proj`, value, { in: width, out: width })
  const middle = graph.node('add', `${name}.add_1`, [value, input])
  value = graph.layerNorm(`${name}.ln_2`, middle, width, EPS)
  value = graph.linear(`${name}.mlp.0`, value, { in: width, out: MLP * width })
  value = graph.node('gelu', `${name}.mlp.1`, [value])
  value = graph.linear(`${name}.mlp.3`, value, { in: MLP * width, out: width })
  return graph.node('add', `${name}.add_2`, [value, middle])
}
