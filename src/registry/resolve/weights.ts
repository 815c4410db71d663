const maxUint16 = 65_535;

/** Weights of which some are not set, which count 1: scaled down in proportion where the largest does not fit 16 bits, to no less than 1. */
export function scaledWeights(weights: readonly (number | undefined)[]): number[] {
  const largest = weights.reduce<number>((most, weight = 1) => Math.max(most, weight), 0);
  return weights.map((weight = 1) =>
    largest <= maxUint16 ? weight : Math.max(1, Math.floor((weight * maxUint16) / largest)),
  );
}
