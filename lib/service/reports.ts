// GET /v1/report?job=ID&job=ID: what several jobs found, as the page of shellac report, or its verdict as JSON.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { JobStatus } from '../queue/contract.js'
import type { ReportResult } from '../report.js'
import { ownJob } from './owned.js'
import { Refusal } from './refusal.js'
import type { Service } from './service.js'
import { Slots } from './slots.js'

const MAX_JOBS = 16
/** What the job's command would have printed: the result, and what was run. */
const TOLD = 'report.json'
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"

export function reportRoutes(app: FastifyInstance, service: Service): void {
  const slots = new Slots('reports', 16, 4)
  const answer = async (request: FastifyRequest, reply: FastifyReply, ids: string[]) => {
    const release = slots.take(request.owner)
    try {
      const jobs: JobStatus[] = []
      for (const id of ids) jobs.push(await ownJob(service, request.owner, id))
      const { page, verdict } = await reportOf(service, jobs)
      const asJson = request.headers.accept?.startsWith('application/json')
      if (asJson) return reply.send(verdict)
      return reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(page)
    } finally {
      release()
    }
  }
  app.get<{ Params: { id: string } }>('/v1/jobs/:id/report', (request, reply) =>
    answer(request, reply, [request.params.id]),
  )
  app.get<{ Querystring: { job?: unknown } }>('/v1/report', (request, reply) =>
    answer(request, reply, idsOf(request.query.job)),
  )
}

function idsOf(job: unknown): string[] {
  const ids = [...new Set([job].flat().filter(one => typeof one === 'string'))]
  if (ids.length > 0 && ids.length <= MAX_JOBS) return ids
  throw new Refusal('ERR_BAD_REQUEST', `?job= must be given once to ${MAX_JOBS} times`)
}

interface Report {
  page: string
  verdict: Pick<ReportResult, 'tone' | 'headline'>
}

async function reportOf({ storage }: Service, jobs: JobStatus[]): Promise<Report> {
  const open = jobs.find(({ state, result }) => state !== 'completed' || result === undefined)
  if (open) throw new Refusal('ERR_CONFLICT', `job ${open.id} has no result: it is ${open.state}`)
  const { report } = await import('../report.js')
  const folder = await mkdtemp(join(tmpdir(), 'shellac-report-'))
  try {
    for (const [at, job] of jobs.entries()) {
      const path = join(folder, `${at + 1}-${job.kind}.json`)
      const told = job.outputs[TOLD]
      if (told) await storage.fetch(told, path)
      else await writeFile(path, JSON.stringify(job.result))
    }
    const out = join(folder, 'report.html')
    const { tone, headline } = await report(folder, { out })
    return { page: await readFile(out, 'utf8'), verdict: { tone, headline } }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
