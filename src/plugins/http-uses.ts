import { formatHttpAddress, type HttpAddress } from '../runtime/http/address.ts';
import type { Use } from './plugin.ts';

/** The lines that name one address, and share an HTTP server: of each address, in the order of the Corefile. */
export function usesByAddress<Config extends { readonly at: HttpAddress }>(
  uses: readonly Use<Config>[],
): readonly (readonly [Use<Config>, ...Use<Config>[]])[] {
  const groups = new Map<string, [Use<Config>, ...Use<Config>[]]>();
  for (const use of uses) {
    const key = formatHttpAddress(use.config.at);
    const group = groups.get(key);
    if (group) group.push(use);
    else groups.set(key, [use]);
  }
  return [...groups.values()];
}
