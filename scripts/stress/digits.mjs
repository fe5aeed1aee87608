// The first digits of MNIST in a fixed order, handed to the thread that asked for them.
import { parentPort, workerData } from 'node:worker_threads'
import { datasets } from '../../dist/index.js'

parentPort.postMessage({ ...(await datasets.mnist({ split: 'train', limit: workerData, seed: 1 })) })
