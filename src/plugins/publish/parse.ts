import type { Directive, Token } from '../../corefile/ast.ts';
import { duration, oneOf, secondsOrDuration, takes, zoneNames } from '../../corefile/arguments.ts';
import { readOptionBlock, type OptionForm } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { defaultRemovalLimit, parseRemovalLimit, type RemovalLimit } from '../../dynamic-update/removal-limit.ts';
import type { ClusterConfig } from '../../kubernetes/cluster-config.ts';
import { isLabel } from '../../registry/model/host.ts';
import { filePath } from '../file-path.ts';
import type { ParseContext } from '../plugin.ts';
import { publishedTypes, type PublishConfig, type PublishedType, type PublishTarget } from './config.ts';
import { readKeyFile } from './key-file.ts';

const defaultPort = 53;
const defaultIntervalMs = 600_000;
const minIntervalMs = 5000;
const maxIntervalMs = 86_400_000;
/** RFC 2181 section 8. */
const maxTtlMs = (2 ** 31 - 1) * 1000;

/** What the options have said so far. */
interface Draft {
  primary?: PublishTarget['primary'] | undefined;
  keyFile?: string | undefined;
  owner?: string | undefined;
  types: readonly PublishedType[];
  ttl: number | undefined;
  autoAddresses: boolean;
  maxRemovals: RemovalLimit;
  intervalMs: number;
  lease: { readonly namespace: string; readonly name: string } | undefined;
  cluster: ClusterConfig | undefined;
  isDryRun: boolean;
}

interface Option extends OptionForm {
  read(args: readonly Token[], draft: Draft, context: ParseContext): void;
}

const one = { min: 1, max: 1 };
const none = { min: 0, max: 0 };

const options: Readonly<Record<string, Option>> = {
  primary: {
    args: one,
    usage: 'ADDRESS[:PORT]',
    read([token], draft, { problems }) {
      const primary = primaryOf(token!.text);
      if (primary) draft.primary = primary;
      else
        bad(
          token!,
          "primary must be an address or a host name, such as '192.0.2.53' or '[2001:db8::53]:5353'",
          problems,
        );
    },
  },
  key: {
    args: one,
    usage: 'FILE',
    read([token], draft, context) {
      draft.keyFile = filePath(token!.text, context);
      // The control half reads it again before each use.
      const key = readKeyFile(draft.keyFile, (path) => context.readFile(path, true));
      if (typeof key === 'string')
        context.problems.error('COREFILE_FILE', token!.position, `the key file ${quote(draft.keyFile)} ${key}`);
    },
  },
  owner: {
    args: one,
    usage: 'ID',
    read([token], draft, { problems }) {
      if (/^[a-z0-9][a-z0-9._-]{0,62}$/i.test(token!.text)) draft.owner = token!.text;
      else bad(token!, "owner must be letters, digits, '.', '_' and '-', at most 63", problems);
    },
  },
  types: {
    args: { min: 1 },
    usage: 'TYPE...',
    read(args, draft, { problems }) {
      const types = args.flatMap((token) => oneOf(token, 'types', publishedTypes, problems) ?? []);
      draft.types = publishedTypes.filter((type) => types.includes(type));
    },
  },
  ttl: {
    args: one,
    usage: 'SECONDS|DURATION',
    read([token], draft, { problems }) {
      const ms = secondsOrDuration(token!, 'ttl', { min: 0, max: maxTtlMs }, problems);
      if (ms !== undefined) draft.ttl = Math.round(ms / 1000);
    },
  },
  auto_addresses: {
    args: none,
    usage: '',
    read: (_, draft) => {
      draft.autoAddresses = true;
    },
  },
  max_removals: {
    args: one,
    usage: 'N|N%',
    read([token], draft, { problems }) {
      const limit = parseRemovalLimit(token!.text);
      if (limit) draft.maxRemovals = limit;
      else
        bad(token!, "max_removals must be a number of names such as '25', or a part of them such as '10%'", problems);
    },
  },
  interval: {
    args: one,
    usage: 'DURATION',
    read([token], draft, { problems }) {
      const range = { min: minIntervalMs, max: maxIntervalMs };
      draft.intervalMs = duration(token!, 'interval', range, problems) ?? defaultIntervalMs;
    },
  },
  lease: {
    args: one,
    usage: 'NAMESPACE/NAME',
    read([token], draft, { problems }) {
      const [namespace = '', name = '', ...rest] = token!.text.split('/');
      if (rest.length === 0 && isLabel(namespace) && isLabel(name)) draft.lease = { namespace, name };
      else bad(token!, "lease must be NAMESPACE/NAME, such as 'istio-system/serviceentry-dns-publish'", problems);
    },
  },
  kubeconfig: {
    args: { min: 1, max: 2 },
    usage: 'FILE [CONTEXT]',
    read([file, name], draft, context) {
      draft.cluster = { kind: 'kubeconfig', file: filePath(file!.text, context), context: name?.text };
    },
  },
  dry_run: {
    args: none,
    usage: '',
    read: (_, draft) => {
      draft.isDryRun = true;
    },
  },
};

/**
 *     publish ZONE... {
 *         primary ADDRESS[:PORT]
 *         key FILE
 *         owner ID
 *         …
 *     }
 *
 * It may stand several times, for several name servers; no zone twice.
 */
export function parsePublish(directives: readonly Directive[], context: ParseContext): PublishConfig {
  const taken = new Set<string>();
  return { targets: directives.flatMap((line) => parseTarget(line, taken, context) ?? []) };
}

function parseTarget(line: Directive, taken: Set<string>, context: ParseContext): PublishTarget | undefined {
  const { problems } = context;
  if (!takes(line, { min: 1 }, 'ZONE...', problems)) return undefined;
  const before = problems.list.length;
  const zones = line.args.flatMap((token) => parseZones(token, taken, problems));
  const draft: Draft = {
    types: ['A', 'AAAA', 'CNAME'],
    ttl: undefined,
    autoAddresses: false,
    maxRemovals: defaultRemovalLimit,
    intervalMs: defaultIntervalMs,
    lease: undefined,
    cluster: undefined,
    isDryRun: false,
  };
  const seen = readOptionBlock(line, 'publish', options, problems, (option, { args }) =>
    option.read(args, draft, context),
  );
  // What is misspelt is not missing too.
  if (problems.list.length === before) checkTogether(line, seen, problems);
  const { primary, keyFile, owner, lease, cluster = { kind: 'in-cluster' }, ...rest } = draft;
  if (!primary || keyFile === undefined || owner === undefined) return undefined;
  return { zones, primary, keyFile, owner, ...rest, lease: lease && { ...lease, cluster } };
}

/** What has to be there, and what goes only with something else. */
function checkTogether({ name }: Directive, seen: ReadonlyMap<string, Directive>, problems: Problems): void {
  for (const [option, meaning] of [
    ['primary', "'primary ADDRESS' names the server that takes the updates"],
    ['key', "'key FILE' names the TSIG key"],
    ['owner', "'owner ID' says whose the records are, and nobody else who writes to the zone may have it"],
  ] as const) {
    if (!seen.has(option)) problems.error('COREFILE_ARGUMENT', name.position, `publish needs '${option}': ${meaning}`);
  }
  const kubeconfig = seen.get('kubeconfig');
  if (!kubeconfig || seen.has('lease')) return;
  const message = "kubeconfig says where the lease is, and there is no 'lease'";
  problems.error('COREFILE_CONFLICT', kubeconfig.name.position, message);
}

function parseZones(token: Token, taken: Set<string>, problems: Problems): string[] {
  const zones = zoneNames(token, problems) ?? [];
  for (const zone of zones) {
    if (zone === '.') bad(token, "publish needs the name of a zone, and the root is nobody's", problems);
    if (taken.has(zone))
      problems.error(
        'COREFILE_REPEATED',
        token.position,
        `the zone ${quote(zone)} stands here again: one line may publish to it`,
      );
    taken.add(zone);
  }
  return zones;
}

/** `HOST`, `HOST:PORT`, `[IPV6]:PORT`, or an IPv6 address alone. */
function primaryOf(text: string): PublishTarget['primary'] | undefined {
  if (/^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(text)) return { host: text, port: defaultPort };
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]{1,253}))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? defaultPort : Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

function bad(token: Token, expected: string, problems: Problems): void {
  problems.error('COREFILE_ARGUMENT', token.position, `${expected}, found ${quote(token.text)}`);
}
