import { ShellacError } from '../errors.js'
import { notFound } from './refusal.js'

/** A file that was there once and is in the storage no more is not there. */
export async function unlessRemoved<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const removed = error instanceof ShellacError && error.code === 'ERR_BAD_DATA'
    throw removed ? notFound('file any more: it was removed from the storage') : error
  }
}
