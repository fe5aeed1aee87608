// A convolution as seven loops, and the columns that its weights multiply.

export interface Convolution {
  /** [out, in/groups, kh, kw] */
  shape: [number, number, number, number]
  stride?: number
  padding?: number
  dilation?: number
  groups?: number
}

/** Of one image [c, h, w]: for each group and output position the inputs of one output element. */
export function columnsOf(x: number[], [c, h, w]: [number, number, number], conv: Convolution): number[][][] {
  const { shape, stride = 1, padding = 0, dilation = 1, groups = 1 } = conv
  const [, inner, kh, kw] = shape
  const outHeight = Math.floor((h + 2 * padding - dilation * (kh - 1) - 1) / stride) + 1
  const outWidth = Math.floor((w + 2 * padding - dilation * (kw - 1) - 1) / stride) + 1
  const at = (channel: number, i: number, j: number) =>
    i < 0 || j < 0 || i >= h || j >= w ? 0 : x[(channel * h + i) * w + j]!
  const result: number[][][] = []
  for (let group = 0; group < groups; group++) {
    const columns: number[][] = []
    for (let oi = 0; oi < outHeight; oi++)
      for (let oj = 0; oj < outWidth; oj++) {
        const column: number[] = []
        for (let ch = 0; ch < inner; ch++)
          for (let ki = 0; ki < kh; ki++)
            for (let kj = 0; kj < kw; kj++)
              column.push(
                at(
                  group * (c / groups) + ch,
                  oi * stride - padding + ki * dilation,
                  oj * stride - padding + kj * dilation,
                ),
              )
        columns.push(column)
      }
    result.push(columns)
  }
  return result
}
