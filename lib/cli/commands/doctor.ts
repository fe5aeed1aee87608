import type { Command } from 'commander'
import { type DoctorReport, doctor as examine } from '../../native/doctor.js'
import { define } from '../run.js'

/** shellac doctor */
export async function doctor(program: Command): Promise<void> {
  const command = program
    .command('doctor')
    .description('which libtorch, which device, what is missing and how to mend it')
  define(command, async () => {
    const report = await examine()
    return { json: report, text: describe(report), failed: !report.ok }
  })
}

function describe(report: DoctorReport): string {
  const { platform, libtorch, addon, devices, problems } = report
  const chosen = libtorch.find(({ ok }) => ok)
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  return [
    `shellac ${report.shellac}, Node ${report.node}, ${platform.os} ${platform.architecture}, ${platform.libc}`,
    `${report.processors} processors, ${report.threads} threads, ${gigabytes(report.memory.limit ?? report.memory.total)} of memory`,
    `native core: ${addon.core ?? (addon.cores.length === 0 ? 'not built' : 'none used')}; built for libtorch ${addon.cores.join(', ') || 'none'}`,
    ...libtorch.map(
      one =>
        `libtorch: ${one.path} (${one.source})${one === chosen ? `: ${one.version}, used` : one.ok ? '' : `: ${one.why}`}`,
    ),
    ...devices.map(({ device, works, why }) => `${device}: ${works ? 'works' : `does not work (${why})`}`),
    problems.length === 0 ? 'everything is in order' : '',
    ...problems.map(({ what, remedy }) => `problem: ${what}\n  to mend it: ${remedy}`),
  ]
    .filter(line => line !== '')
    .join('\n')
}
