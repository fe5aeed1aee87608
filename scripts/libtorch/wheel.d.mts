export function parseWheel(path: string): { version: string; tag: string; python: string; platform: string }
export function checkHash(path: string, anyHash: boolean): Promise<void>
export function downloadWheel(version: string, variant: 'cpu' | 'cuda'): Promise<string | undefined>
export function requirement(version: string, variant: 'cpu' | 'cuda'): string
export function discardDownloads(): void
