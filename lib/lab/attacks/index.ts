// The attacks by name. A new one is a file beside this and a line in the table.
import { quAntiZation, quAntiZationOptions } from './qu-anti-zation.js'

export const ATTACKS = {
  'qu-anti-zation': { schema: quAntiZationOptions, run: quAntiZation },
} as const

export type AttackName = keyof typeof ATTACKS
export const attackNames = Object.keys(ATTACKS) as AttackName[]
