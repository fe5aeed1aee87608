import { createModel, datasets, purify } from 'shellac-torch'

process.parentPort.on('message', async () => {
  const say = message => process.parentPort.postMessage(message)
  try {
    const model = await createModel('resnet18', { width: 8, channels: 1, inputSize: 28 })
    const images = await datasets.mnist({ limit: 256 })
    await purify(model, images, { onProgress: ({ unit, units }) => say({ share: unit / units }) })
    say({ done: true })
  } catch (error) {
    say({ error: `${error.code}: ${error.message}` })
  }
})
