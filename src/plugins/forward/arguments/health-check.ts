import { duration, zoneNames } from '../../../corefile/arguments.ts';
import type { Token } from '../../../corefile/ast.ts';
import type { Problems } from '../../../corefile/problem.ts';
import { quote } from '../../../corefile/quote.ts';
import { encodeName } from '../../../wire/name.ts';
import type { HealthCheck } from '../config.ts';

/** CoreDNS's: `. IN NS` twice a second. */
export const defaultHealthCheck: HealthCheck = Object.freeze({
  intervalMs: 500,
  recursionDesired: true,
  domain: Uint8Array.of(0),
});

/** Reads `DURATION [no_rec] [domain FQDN]`; `undefined` where it reported an error. */
export function readHealthCheck(args: readonly Token[], problems: Problems): HealthCheck | undefined {
  const [interval, ...rest] = args;
  const intervalMs = duration(interval!, 'health_check', { min: 1 }, problems);
  let { recursionDesired, domain } = defaultHealthCheck;
  for (let i = 0; i < rest.length; i++) {
    const token = rest[i]!;
    const name = rest[i + 1];
    if (token.text === 'no_rec') {
      recursionDesired = false;
    } else if (token.text === 'domain' && name !== undefined) {
      const zones = zoneNames(name, problems);
      if (zones === undefined) return undefined;
      domain = encodeName(zones[0]!)!;
      i++;
    } else {
      const message = `health_check takes DURATION [no_rec] [domain FQDN], found ${quote(token.text)}`;
      problems.error('COREFILE_ARGUMENT', token.position, message);
      return undefined;
    }
  }
  return intervalMs === undefined ? undefined : { intervalMs, recursionDesired, domain };
}
