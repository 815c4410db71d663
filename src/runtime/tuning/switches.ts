/** What can be turned off: README.md of this folder says what each does. */
export const tunings = ['coalescing', 'gso', 'young-generation', 'gc-helpers', 'compact-heap', 'priority'] as const;
export type Tuning = (typeof tunings)[number];

/** Environment variable with those that are turned off, separated by commas. */
export const tuningOff = 'SERVICEENTRY_DNS_TUNING_OFF';

/** The tunings that are on. Throws where the variable has a name that is none. */
export function enabledTunings(environment: Readonly<Record<string, string | undefined>>): ReadonlySet<Tuning> {
  const off = (environment[tuningOff] ?? '').split(',').filter((name) => name !== '');
  const unknown = off.find((name) => !tunings.some((tuning) => tuning === name));
  if (unknown !== undefined) throw new Error(`${tuningOff} has '${unknown}'; there are ${tunings.join(', ')}`);
  return new Set(tunings.filter((tuning) => !off.includes(tuning)));
}
