import type { ServiceEntry } from '../model/object.ts';
import type { RegistryOptions } from '../model/options.ts';
import { isAtOrBelow } from '../../wire/zone-text.ts';

/** Why a ServiceEntry does not get a host. */
export interface HostDenial {
  /** `excluded` is what the server is not for (`only`, `except`); `not-allowed` is what a namespace may not take (`allow`). */
  readonly reason: 'excluded' | 'not-allowed';
  readonly message: string;
}

/**
 * Why a ServiceEntry may not take a host, or `undefined` where it may: the options `only`, `except` and `allow`
 * (docs/semantics.md section 2). Names are at or below a name by whole labels.
 */
export function denialReason(
  entry: ServiceEntry,
  host: string,
  { only, except, allow }: Pick<RegistryOptions, 'only' | 'except' | 'allow'>,
): HostDenial | undefined {
  if (only && !only.some((name) => isAtOrBelow(host, name)))
    return { reason: 'excluded', message: `only serves names at or below ${only.join(', ')}` };
  const excepted = except.find((name) => isAtOrBelow(host, name));
  if (excepted !== undefined) return { reason: 'excluded', message: `except leaves out ${excepted}` };
  // A namespace is a text that was made a moment ago: to look it up takes longer than all else here.
  const allowed = allow.size > 0 ? allow.get(entry.meta.namespace) : undefined;
  if (allowed && !allowed.some((name) => isAtOrBelow(host, name))) {
    const message = `allow limits namespace ${entry.meta.namespace} to names at or below ${allowed.join(', ')}`;
    return { reason: 'not-allowed', message };
  }
  return undefined;
}
