import type {
  EndpointExplanation,
  EntryExplanation,
  GroupExplanation,
  NameExplanation,
} from '../../registry/explain/explanation.ts';
import type { Forwarded } from './dry-run.ts';
import type { Explanation } from './inspector.ts';
import { digText } from '../../wire/message-text.ts';
import { printable, wrap } from '../../runtime/terminal-text.ts';

const shownEntries = 20;
const shownEndpoints = 20;
const shownAddresses = 8;
const shownPointers = 40;
const shownWarnings = 20;

/** An explanation for people, at 80 columns; the reply at the end is as dig prints it. */
export function explanationText(explanation: Explanation): string {
  const { name, type, registry, warnings, reply, forwarded, replyWithoutUpstream } = explanation;
  const parts = [
    [`${name} ${type}`, ...headLines(explanation)],
    ...(registry ? registryParts(registry) : []),
    ...(explanation.pointers.length > 0 ? [pointerLines(explanation)] : []),
    ...(warnings.length > 0 ? [warningLines(warnings)] : []),
    ...(forwarded.length > 0 ? [['Forwarded', ...forwarded.slice(0, 32).flatMap(forwardedLines)]] : []),
    ...(reply ? [['Reply', ...digText(reply).trimEnd().split('\n')]] : []),
    ...(replyWithoutUpstream
      ? [
          [
            'Reply, where those servers know nothing of the name',
            ...digText(replyWithoutUpstream).trimEnd().split('\n'),
          ],
        ]
      : []),
  ];
  return printable(`${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`);
}

function headLines({ client, block, reply, forwarded }: Explanation): string[] {
  const { namespace, isMeshed, address, sidecar, why, locality, whyLocality } = client;
  const who = namespace === undefined ? 'of no known namespace' : `of namespace ${namespace}`;
  const mesh = isMeshed ? ', in the mesh' : '';
  const limit = sidecar === undefined ? '' : `; Sidecar ${sidecar} limits what it sees`;
  const lines = wrap(
    `client  ${address === undefined ? '' : `${address} `}${who}${mesh}: ${why}${limit}`,
    '  ',
    '          ',
  );
  if (locality !== undefined) lines.push(...wrap(`place   ${locality}: ${whyLocality}`, '  ', '          '));
  if (!block) return lines;
  lines.push(...wrap(`block   ${block.key} (${block.plugins.join(', ')})`, '  ', '          '));
  const result = reply
    ? `${reply.rcode}, ${count(reply.answer.length, 'record')}`
    : forwarded.length > 0
      ? 'forwarded'
      : 'no reply';
  lines.push(`  result  ${result}`);
  return lines;
}

function registryParts({ match, entries, host }: NameExplanation): string[][] {
  const parts = [['Name', ...match.tried.flatMap(({ what, result }) => wrap(`${what}: ${result}`, '  ', '      '))]];
  if (entries.items.length > 0) {
    const lines = entries.items.slice(0, shownEntries).flatMap(entryLines);
    const more = entries.items.length + entries.omitted - shownEntries;
    if (more > 0) lines.push(`  and ${more} more`);
    parts.push(['ServiceEntries, oldest first', ...lines]);
  }
  if (host) {
    const addresses = list([...host.addresses.items, ...host.live], host.addresses.omitted);
    const services = host.services.filter((prefix) => prefix !== '');
    parts.push([
      'Answer',
      ...wrap(`${host.host}: ${host.reason}`, '  ', '      '),
      ...(addresses === '' ? [] : wrap(`addresses: ${addresses}`, '  ', '      ')),
      ...host.groups.flatMap((group) => wrap(groupText(group), '  ', '      ')),
      ...(services.length === 0 ? [] : wrap(`services: ${list(services, 0)}`, '  ', '      ')),
    ]);
  }
  return parts;
}

function groupText({ locality, relation, addresses, isLeftOut }: GroupExplanation): string {
  const where = locality === '' ? 'no locality' : locality;
  return `${where} (${relation})${isLeftOut ? ', left out' : ''}: ${list(addresses, 0)}`;
}

const standingWords = {
  serves: 'serves',
  'other-namespace': 'lost',
  younger: 'lost',
  service: 'lost',
  'not-exported': 'not visible',
  sidecar: 'not visible',
} as const;

function entryLines(entry: EntryExplanation): string[] {
  const { name, origin, standing, reason, created, location, resolution, addresses, endpoints } = entry;
  const age = created === undefined ? '' : `, created ${created.replace('.000Z', 'Z')}`;
  const lines = wrap(`${name} ${standingWords[standing]}: ${reason}`, '  ', '      ');
  lines.push(...wrap(`${origin}: ${location}, ${resolution}${age}`, '      ', '      '));
  if (addresses.length > 0) lines.push(...wrap(`addresses ${list(addresses, 0)}`, '      ', '          '));
  for (const kind of ['used', 'not used', 'left out'] as const) {
    const ofKind = endpoints.items.filter((endpoint) => kindOf(endpoint) === kind);
    for (const endpoint of ofKind.slice(0, shownEndpoints)) {
      lines.push(...wrap(endpointText(kind, endpoint), '      ', '          '));
    }
    if (ofKind.length > shownEndpoints) lines.push(`      and ${ofKind.length - shownEndpoints} more ${kind}`);
  }
  if (endpoints.omitted > 0) lines.push(`      and ${endpoints.omitted} more`);
  return lines;
}

function kindOf({ gives, isUsed }: EndpointExplanation): 'used' | 'not used' | 'left out' {
  if (isUsed) return 'used';
  return gives.length > 0 ? 'not used' : 'left out';
}

function endpointText(kind: string, { name, gives, reason, checks }: EndpointExplanation): string {
  const parts = [kind, name, gives.join(', '), reason, ...checks];
  return parts.filter((part) => part !== '').join(': ');
}

function pointerLines({ pointers }: Explanation): string[] {
  const lines = pointers
    .slice(0, shownPointers)
    .flatMap(({ target, isSeen }) => wrap(isSeen ? target : `${target}: this client may not see it`, '  ', '      '));
  if (pointers.length > shownPointers) lines.push(`  and ${pointers.length - shownPointers} more`);
  return ['Hosts that have the address, oldest first', ...lines];
}

function warningLines(warnings: readonly string[]): string[] {
  const lines = warnings.slice(0, shownWarnings).flatMap((each) => wrap(`- ${each}`, '  ', '    '));
  const more = warnings.length - shownWarnings;
  if (more > 0) lines.push(`  and ${more} more, which -output json shows`);
  return ['Warnings', ...lines];
}

function forwardedLines({ plugin, to, name, type, isSub }: Forwarded): string[] {
  const why = isSub ? ', for an endpoint that is a host name' : '';
  return wrap(`${name} ${type} to ${list(to, 0)} (${plugin})${why}`, '  ', '      ');
}

function list(items: readonly string[], omitted: number): string {
  const more = items.length - shownAddresses + omitted;
  return more > 0 ? `${items.slice(0, shownAddresses).join(', ')} and ${more} more` : items.join(', ');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
