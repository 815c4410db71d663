import type { RegistryOptions } from '../model/options.ts';
import type { ServiceEntry } from '../model/object.ts';
import type { UsableEndpoint } from './endpoints.ts';

/** What a check has found out of an address and port. */
export interface CheckState {
  readonly state: 'up' | 'down' | 'not-allowed';
  /** Unix time in milliseconds since when; of one that was not checked yet when it came. */
  readonly sinceMs: number;
  /** What the last check failed with; '' where it did not. */
  readonly error: string;
}

/**
 * What is connected to, to find out whether an endpoint is up: `10.0.0.1:5432`, `[2001:db8::1]:80`. `undefined` for endpoints that are not
 * checked (docs/semantics.md section 4): those of other resolutions than STATIC, or inside of the mesh unless `checked` is `all`; Pods, which say
 * themselves whether they are ready; and those of ServiceEntries without a port that is not UDP.
 */
export function checkTarget(
  { resolution, location, ports }: ServiceEntry,
  { target, ports: own, isPod }: UsableEndpoint,
  { checked }: Pick<RegistryOptions, 'checked'>,
): string | undefined {
  if (checked === 'off' || resolution !== 'STATIC' || isPod || target.kind !== 'ip') return undefined;
  if (checked === 'external' && location !== 'MESH_EXTERNAL') return undefined;
  const port = ports.find(({ isUdp }) => !isUdp);
  if (!port) return undefined;
  const number = own.get(port.name) ?? port.targetPort ?? port.number;
  return target.ip.includes(':') ? `[${target.ip}]:${number}` : `${target.ip}:${number}`;
}

/** Endpoints of one ServiceEntry of a host. */
export interface Reached {
  readonly entry: ServiceEntry;
  readonly addresses: readonly UsableEndpoint[];
}

/** Without the endpoints that are down; where all of a host's are, all of them: an answer is never empty because of checks. */
export function withoutDown(
  reached: readonly Reached[],
  options: Pick<RegistryOptions, 'checked'>,
  stateOf: (target: string) => CheckState | undefined,
): readonly Reached[] {
  if (options.checked === 'off') return reached;
  const isDown = (entry: ServiceEntry, endpoint: UsableEndpoint): boolean => {
    const target = checkTarget(entry, endpoint, options);
    return target !== undefined && stateOf(target)?.state === 'down';
  };
  const up = reached.map(({ entry, addresses }) => {
    return { entry, addresses: addresses.filter((endpoint) => !isDown(entry, endpoint)) };
  });
  return up.some(({ addresses }) => addresses.length > 0) ? up : reached;
}
