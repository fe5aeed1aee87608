// The packages that only the service needs.
import { optional } from '../queue/packages.js'

export const loadFastify = () => optional('fastify', () => import('fastify'), 'the service')
export const loadPromClient = () => optional('prom-client', () => import('prom-client'), 'the service')
