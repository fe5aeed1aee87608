/**
 * `shellac-torch/service`: Shellac over HTTP, in front of a job queue.
 *
 * @module shellac-torch/service
 */
export { type RunningService, type ServeOptions, serve } from './serve.js'
