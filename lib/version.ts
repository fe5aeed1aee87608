/** The package's version, as package.json has it: said here too, so that a bundled program needs no package.json. */
export const version = '0.1.0'
