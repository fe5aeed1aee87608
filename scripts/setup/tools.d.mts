export type Tool = 'python3' | 'pip' | 'g++' | 'cmake' | 'make' | 'npm'
export function missingTools(names?: Tool[]): Tool[]
export function installCommand(names: Tool[]): string
export function requireTools(names: Tool[], purpose: string): void
export function requireNode(range: string, version?: string): void
