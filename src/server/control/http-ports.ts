import type { ServerBlock } from '../../corefile/ast.ts';
import type { Position } from '../../corefile/position.ts';
import type { Problems } from '../../corefile/problem.ts';
import { formatHttpAddress, overlaps, type HttpAddress } from '../../runtime/http/address.ts';
import type { BlockConfig, ListenerConfig } from '../config.ts';

/** Who listens on a TCP port. */
interface Owner {
  readonly at: HttpAddress;
  /** `undefined` for DNS. */
  readonly directive: string | undefined;
  readonly position: Position;
}

/** Reports HTTP servers at an address that this Corefile gives to its own DNS or to another directive. */
export function reportHttpPorts(
  serverBlocks: readonly ServerBlock[],
  blocks: readonly BlockConfig[],
  listeners: readonly ListenerConfig[],
  problems: Problems,
): void {
  const owners = listeners.map((listener) => dnsOwner(listener, serverBlocks));
  for (const [index, { directives }] of serverBlocks.entries()) {
    for (const directive of directives) {
      const name = directive.name.text;
      const plugin = blocks[index]!.plugins.find((each) => each.name === name);
      const at = plugin?.settings.http;
      if (!at || at.port === 0) continue;
      const { position } = directive.args[0] ?? directive.name;
      const owner = owners.find((each) => overlaps(each.at, at) && !isShared(each, name, at));
      if (owner) {
        const who = owner.directive ?? "this server's own DNS";
        const message = `${name} cannot listen on ${formatHttpAddress(at)}: ${who} does, on line ${owner.position.line}; name another address behind ${name}`;
        problems.error('COREFILE_CONFLICT', position, message);
      }
      owners.push({ at, directive: name, position });
    }
  }
}

function dnsOwner({ address, port, zones }: ListenerConfig, serverBlocks: readonly ServerBlock[]): Owner {
  const [zone, block] = zones[0]!;
  const key = serverBlocks[block]!.keys.find((each) => each.zone === zone)!;
  return { at: { address, port }, directive: undefined, position: key.position };
}

/** Blocks that name one address for the same directive share a server. */
function isShared({ directive, at }: Owner, name: string, { address }: HttpAddress): boolean {
  return directive === name && at.address === address;
}
