export function parseWheel(path: string): { version: string; tag: string; python: string; platform: string }
export function checkHash(path: string, anyHash: boolean): Promise<void>
export function downloadWheel(version: string): Promise<string | undefined>
export function discardDownloads(): void
