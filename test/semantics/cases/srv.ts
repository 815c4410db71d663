import { owned, type Expected } from '../case.ts';

/** An owned SRV answer, and the addresses of its targets. */
export function srv(ask: string, answers: readonly string[], additional: readonly string[] = []): Expected {
  return {
    ...owned(ask, answers),
    additional: additional.join('\n'),
  };
}
