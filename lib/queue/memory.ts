import { readFile } from 'node:fs/promises'

/** Resident memory of a process, MiB; null where it has ended. */
export async function residentMemory(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(text)?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) / 1024
}
