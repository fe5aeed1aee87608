export function pinOf(file: string): string | undefined
export function exactVersion(torch: string): string | undefined
