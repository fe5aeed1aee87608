export function cacheFolder(env?: NodeJS.ProcessEnv): string
export function provisionedFolder(version: string, variant: string): string
export function provisioned(): string[]
