import { familyOf, normalizeAddress } from '../../wire/address.ts';
import { noBlock, takes, unknownOption } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { didYouMean } from '../../corefile/suggest.ts';
import { errorMessage } from '../../runtime/errors.ts';
import type { Interfaces, ParseContext } from '../plugin.ts';
import type { BindConfig } from './bind.ts';

/**
 *     bind ADDR|IFACE... {
 *         except ADDR|IFACE...
 *     }
 *
 * Lines are merged; `except` takes away from its own line. An interface stands for all addresses that it has now.
 */
export function parseBind(directives: readonly Directive[], { problems, interfaces }: ParseContext): BindConfig {
  const list = listInterfaces(interfaces);
  const addresses = new Set<string>();
  for (const directive of directives) {
    if (!takes(directive, { min: 1 }, 'addresses or interfaces', problems)) continue;
    const problemCount = problems.list.length;
    const excepted = new Set<string>();
    for (const option of directive.block ?? []) {
      if (option.name.text !== 'except') unknownOption(option, ['except'], 'bind', problems);
      else if (takes(option, { min: 1 }, 'addresses or interfaces', problems) && noBlock(option, problems)) {
        for (const token of option.args) resolve(token, list, problems).forEach((each) => excepted.add(each));
      }
    }
    const kept = directive.args
      .flatMap((token) => resolve(token, list, problems))
      .filter((each) => !excepted.has(each));
    if (kept.length === 0 && problems.list.length === problemCount) {
      const message = 'bind has no address left: except takes away all of them, expected at least one';
      problems.error('COREFILE_CONFLICT', directive.name.position, message);
    }
    for (const address of kept) addresses.add(address);
  }
  return { addresses: [...addresses] };
}

interface InterfaceList {
  readonly known: ReadonlyMap<string, readonly string[]>;
  /** Why there is none; the system may refuse (a seccomp policy). */
  readonly error?: string;
}

function listInterfaces(interfaces: Interfaces): InterfaceList {
  try {
    return { known: addressesByName(interfaces()) };
  } catch (error) {
    return { known: new Map(), error: errorMessage(error) };
  }
}

function addressesByName(interfaces: ReturnType<Interfaces>): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, readonly string[]>();
  for (const [name, entries = []] of Object.entries(interfaces)) {
    // A link-local address means something only together with its interface (RFC 4007 section 11).
    const scoped = entries.map(({ address, scopeid = 0 }) => (scopeid === 0 ? address : `${address}%${name}`));
    known.set(name, scoped.map(canonical));
  }
  return known;
}

function resolve(token: Token, { known, error }: InterfaceList, problems: Problems): readonly string[] {
  const address = parseAddress(token.text);
  if (address !== undefined) return [address];
  const ofInterface = known.get(token.text);
  if (ofInterface !== undefined) return ofInterface;
  const expected = 'expected an IP address or the name of an interface';
  const names = [...known.keys()];
  let near = didYouMean(token.text, names) || `; the interfaces are ${names.join(', ') || 'none'}`;
  if (error !== undefined) near = `; the interfaces cannot be listed: ${error}`;
  problems.error('COREFILE_ARGUMENT', token.position, `${expected}, found ${quote(token.text)}${near}`);
  return [];
}

/** `fe80::1%eth0` keeps its scope, which only IPv6 has. */
function parseAddress(text: string): string | undefined {
  const [bare = '', scope] = text.split('%', 2);
  const address = normalizeAddress(bare);
  if (address === undefined || scope === '' || (scope !== undefined && familyOf(address) === 4)) return undefined;
  return address + (scope === undefined ? '' : `%${scope}`);
}

function canonical(text: string): string {
  return parseAddress(text) ?? text;
}
