/**
 * The lab: training and attacks, to check what the product claims. It imports the product, never the other way round.
 *
 * @module shellac-torch/lab
 */
export { type QuAntiZationOptions, quAntiZation } from './attacks/qu-anti-zation.js'
export { type TrainOptions, train } from './train.js'
