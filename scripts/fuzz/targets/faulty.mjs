// Does what a target must not do, to see that it is noticed. Not among all.
export const faulty = {
  seeds: async () => [
    () => 'a result that is not whole',
    () => process.abort(),
    () => {
      for (;;);
    },
    () => {
      throw new TypeError('not typed')
    },
    () => undefined,
  ],
  make: (seeds, random) => random.pick(seeds),
  run: async input => input(),
  keep() {},
}
