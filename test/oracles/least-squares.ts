// The objective of a linear unit, its exact optimum on the grid by trying every code, and GPTQ as it is usually written,
// through the inverse. Columns are rows here: X[m][k].

export const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

/** ‖w·X − v·X̂‖²/m for one output row. */
export const loss = (w: number[], v: number[], X: number[][], hat: number[][]) =>
  X.reduce((sum, column, i) => sum + (dot(w, column) - dot(v, hat[i]!)) ** 2, 0) / X.length

/** The least loss of any row whose entries are scale · s, s from low to high. */
export function exhaustive(
  w: number[],
  X: number[][],
  hat: number[][],
  scale: number,
  low: number,
  high: number,
): number {
  let least = Number.POSITIVE_INFINITY
  const levels = high - low + 1
  for (let n = 0; n < levels ** w.length; n++) {
    const v = w.map((_, i) => (low + (Math.floor(n / levels ** i) % levels)) * scale)
    least = Math.min(least, loss(w, v, X, hat))
  }
  return least
}

export const gram = (X: number[][], damping: number): number[][] => {
  const k = X[0]!.length
  const H = Array.from({ length: k }, (_, i) =>
    Array.from({ length: k }, (_, j) => X.reduce((sum, x) => sum + x[i]! * x[j]!, 0) / X.length),
  )
  const mean = H.reduce((sum, row, i) => sum + row[i]!, 0) / k
  for (let i = 0; i < k; i++) H[i]![i]! += damping * mean
  return H
}

/** Gauss and Jordan. */
export function inverse(A: number[][]): number[][] {
  const k = A.length
  const work = A.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))])
  for (let i = 0; i < k; i++) {
    const pivot = work
      .slice(i)
      .reduce((best, row, n) => (Math.abs(row[i]!) > Math.abs(work[best]![i]!) ? n + i : best), i)
    ;[work[i], work[pivot]] = [work[pivot]!, work[i]!]
    const divisor = work[i]![i]!
    work[i] = work[i]!.map(value => value / divisor)
    for (let row = 0; row < k; row++) {
      const factor = work[row]![i]!
      if (row !== i) work[row] = work[row]!.map((value, j) => value - factor * work[i]![j]!)
    }
  }
  return work.map(row => row.slice(k))
}

/** U upper triangular with A = UᵀU. */
export function upperCholesky(A: number[][]): number[][] {
  const k = A.length
  const U = A.map(row => row.map(() => 0))
  for (let i = 0; i < k; i++)
    for (let j = i; j < k; j++) {
      let sum = A[i]![j]!
      for (let t = 0; t < i; t++) sum -= U[t]![i]! * U[t]![j]!
      U[i]![j] = i === j ? Math.sqrt(sum) : sum / U[i]![i]!
    }
  return U
}

/** Rounds w onto the grid with the error of each column pushed onto those after it: e = (w − q)/U_jj, w_t −= e·U_jt. */
export function gptq(w: number[], H: number[][], round: (x: number) => number): number[] {
  const U = upperCholesky(inverse(H))
  const rest = [...w]
  return w.map((_, j) => {
    const q = round(rest[j]!)
    const e = (rest[j]! - q) / U[j]![j]!
    for (let t = j; t < w.length; t++) rest[t]! -= e * U[j]![t]!
    return q
  })
}
