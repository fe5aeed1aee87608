// A job of the one who asks. Somebody else's is not there.
import type { JobStatus } from '../queue/contract.js'
import { notFound } from './refusal.js'
import type { Service } from './service.js'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export async function ownJob({ queue }: Service, owner: string, id: string): Promise<JobStatus> {
  const status = UUID.test(id) ? await queue.status(id) : undefined
  if (status?.owner !== owner) throw notFound('job')
  return status
}

/** What a client sees of a job. */
export const shown = ({ owner: _, ...status }: JobStatus): Omit<JobStatus, 'owner'> => status

export const hasEnded = ({ state }: JobStatus): boolean =>
  state === 'completed' || state === 'failed' || state === 'cancelled'
