import {
  cidr,
  duration,
  fallthroughZones,
  integer,
  oneOf,
  secondsOrDuration,
  size,
  takes,
  zoneName,
} from '../../corefile/arguments.ts';
import type { Cidr } from '../../wire/network.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { isLabel } from '../../registry/model/host.ts';
import type { Nearest } from '../../table/grouped-replies.ts';
import type { CheckConfig } from '../../registry/check/check-config.ts';
import { parseCheck } from './check/check-options.ts';
import type { AllocationConfig } from './config.ts';

const maxTtlMs = 2_147_483_647_000;
const maxTimeoutMs = 3_600_000;
const maxFileSize = 2 ** 32;
/** More than a message can have. */
const maxRecordsLimit = 65_535;

/** Options that may stand several times; what they say adds up. */
export const repeatableOptions: readonly string[] = [
  'file',
  'only',
  'except',
  'allow',
  'fallthrough',
  'client',
  'forwarders',
  'meshed',
  'client_locality',
];

/** What the options have said so far. */
export interface Draft {
  files: string[];
  maxFileBytes: number;
  only: string[] | undefined;
  except: string[];
  allow: Map<string, string[]>;
  ttl: number;
  negativeTtl: number;
  maxRecords?: number;
  autoAddresses: 'off' | 'meshed' | 'all';
  endpointAnswers: 'all' | 'internal' | 'off';
  merge: 'union' | 'oldest';
  defaultExportTo: string[];
  startupTimeoutMs: number;
  unsynced: 'servfail' | 'forward';
  fallthrough: string[] | undefined;
  sidecars: boolean;
  rootNamespace: string;
  services: boolean;
  locality: string;
  nearest: Nearest;
  nodes: boolean;
  localities: { cidr: Cidr; locality: string }[];
  rules: { cidr: Cidr; namespace: string }[];
  forwarders: Cidr[];
  meshed: Cidr[];
  usesSubnet: boolean;
  namespace: string | undefined;
  allocation: AllocationConfig;
  checked: 'off' | 'external' | 'all';
  check?: CheckConfig;
}

export type Option = (line: Directive, draft: Draft, problems: Problems) => void;

/** What each option does to the draft, by its name. */
export const serviceEntryOptions: Readonly<Record<string, Option>> = {
  file(line, draft, problems) {
    if (!takes(line, { min: 1 }, 'PATH...', problems)) return;
    draft.files.push(...line.args.map(({ text }) => text));
  },
  max_file(line, draft, problems) {
    const token = only(line, 'SIZE', problems);
    if (token) draft.maxFileBytes = size(token, 'max_file', { min: 1, max: maxFileSize }, problems) ?? 0;
  },
  only(line, draft, problems) {
    draft.only = [...(draft.only ?? []), ...names(line, line.args, problems)];
  },
  except(line, draft, problems) {
    draft.except.push(...names(line, line.args, problems));
  },
  allow(line, draft, problems) {
    if (!takes(line, { min: 2 }, 'NAMESPACE NAME...', problems)) return;
    const [namespace, ...rest] = line.args;
    draft.allow.set(namespace!.text, [...(draft.allow.get(namespace!.text) ?? []), ...names(line, rest, problems)]);
  },
  ttl(line, draft, problems) {
    draft.ttl = seconds(line, problems) ?? draft.ttl;
  },
  negttl(line, draft, problems) {
    draft.negativeTtl = seconds(line, problems) ?? draft.negativeTtl;
  },
  auto_addresses(line, draft, problems) {
    draft.autoAddresses = choice(line, ['off', 'meshed', 'all'], problems) ?? draft.autoAddresses;
  },
  max_records(line, draft, problems) {
    const token = only(line, 'N', problems);
    const most = token && integer(token, 'max_records', { min: 1, max: maxRecordsLimit }, problems);
    if (most !== undefined) draft.maxRecords = most;
  },
  endpoint_answers(line, draft, problems) {
    draft.endpointAnswers = choice(line, ['all', 'internal', 'off'], problems) ?? draft.endpointAnswers;
  },
  merge(line, draft, problems) {
    draft.merge = choice(line, ['union', 'oldest'], problems) ?? draft.merge;
  },
  default_export_to(line, draft, problems) {
    if (!takes(line, { min: 1 }, '* | ~ | (. | NAMESPACE)...', problems)) return;
    draft.defaultExportTo = line.args.map(({ text }) => text);
    const alone = line.args.find(({ text }) => text === '*' || text === '~');
    if (alone && line.args.length > 1) {
      problems.error('COREFILE_CONFLICT', alone.position, `'${alone.text}' of default_export_to must stand alone`);
    }
  },
  startup_timeout(line, draft, problems) {
    const token = only(line, 'DURATION', problems);
    const range = { min: 0, max: maxTimeoutMs };
    if (token) draft.startupTimeoutMs = duration(token, 'startup_timeout', range, problems) ?? draft.startupTimeoutMs;
  },
  unsynced(line, draft, problems) {
    draft.unsynced = choice(line, ['servfail', 'forward'], problems) ?? draft.unsynced;
  },
  fallthrough(line, draft, problems) {
    draft.fallthrough = [...(draft.fallthrough ?? []), ...fallthroughZones(line.args, problems)];
  },
  sidecars(line, draft, problems) {
    draft.sidecars = choice(line, ['on', 'off'], problems) === 'on';
  },
  root_namespace(line, draft, problems) {
    const token = only(line, 'NAMESPACE', problems);
    if (token) draft.rootNamespace = namespace(token, problems) ?? draft.rootNamespace;
  },
  services(line, draft, problems) {
    draft.services = choice(line, ['on', 'off'], problems) === 'on';
  },
  locality(line, draft, problems) {
    const token = only(line, 'REGION[/ZONE[/SUBZONE]]', problems);
    if (!token) return;
    draft.locality = locality(token, problems) ?? draft.locality;
  },
  client_locality(line, draft, problems) {
    if (!takes(line, { min: 2, max: 2 }, 'CIDR REGION[/ZONE[/SUBZONE]]', problems)) return;
    const network = cidr(line.args[0]!, 'client_locality', problems);
    const where = locality(line.args[1]!, problems);
    if (network && where !== undefined) draft.localities.push({ cidr: network, locality: where });
  },
  nearest(line, draft, problems) {
    draft.nearest = choice(line, ['off', 'first', 'only'], problems) ?? draft.nearest;
  },
  nodes(line, draft, problems) {
    draft.nodes = choice(line, ['on', 'off'], problems) === 'on';
  },
  check(line, draft, problems) {
    const { checked, config } = parseCheck(line, problems);
    draft.checked = checked;
    draft.check = config;
  },
  client(line, draft, problems) {
    if (!takes(line, { min: 2, max: 2 }, 'CIDR NAMESPACE', problems)) return;
    const network = cidr(line.args[0]!, 'client', problems);
    const name = namespace(line.args[1]!, problems);
    if (network && name !== undefined) draft.rules.push({ cidr: network, namespace: name });
  },
  forwarders(line, draft, problems) {
    draft.forwarders.push(...cidrs(line, line.args, problems));
  },
  meshed(line, draft, problems) {
    draft.meshed.push(...cidrs(line, line.args, problems));
  },
  client_subnet(line, draft, problems) {
    draft.usesSubnet = choice(line, ['on', 'off'], problems) === 'on';
  },
  namespace(line, draft, problems) {
    const token = only(line, 'NAMESPACE', problems);
    if (token) draft.namespace = namespace(token, problems);
  },
  autoallocate(line, draft, problems) {
    const [mode, file, ...ranges] = line.args;
    if (!takes(line, { min: 1 }, 'off | hash | pool FILE [CIDR...]', problems)) return;
    const word = oneOf(mode!, 'autoallocate', ['off', 'hash', 'pool'], problems);
    if (word !== 'pool') {
      takes(line, { max: 1 }, 'one word where it is not pool', problems);
      draft.allocation = { mode: word ?? 'off', file: '', cidrs: [] };
    } else if (takes(line, { min: 2 }, 'a FILE where pools are kept', problems)) {
      draft.allocation = { mode: 'pool', file: file!.text, cidrs: cidrs(line, ranges, problems) };
    }
  },
};

function only(line: Directive, usage: string, problems: Problems): Token | undefined {
  return takes(line, { min: 1, max: 1 }, usage, problems) ? line.args[0] : undefined;
}

function choice<Word extends string>(line: Directive, words: readonly Word[], problems: Problems): Word | undefined {
  const token = only(line, words.join(' | '), problems);
  return token && oneOf(token, line.name.text, words, problems);
}

function seconds(line: Directive, problems: Problems): number | undefined {
  const token = only(line, 'SECONDS | DURATION', problems);
  const ms = token && secondsOrDuration(token, line.name.text, { min: 0, max: maxTtlMs }, problems);
  return ms === undefined ? undefined : Math.round(ms / 1000);
}

/** Names in the form of hosts: lower-case, no trailing dot; '' for the root. */
function names(line: Directive, tokens: readonly Token[], problems: Problems): string[] {
  if (!takes(line, { min: 1 }, 'NAME...', problems)) return [];
  return tokens.flatMap((token) => {
    if (token.text.startsWith('*')) {
      const name = token.text.replace(/^\*\.?/, '');
      const message = `${line.name.text} covers a name and all below it: expected '${name}' without '*', found ${quote(token.text)}`;
      problems.error('COREFILE_ARGUMENT', token.position, message);
      return [];
    }
    const zone = zoneName(token, problems);
    return zone === undefined ? [] : [zone.replace(/\.$/, '')];
  });
}

function cidrs(line: Directive, tokens: readonly Token[], problems: Problems): Cidr[] {
  if (line.args.length === 0) takes(line, { min: 1 }, 'CIDR...', problems);
  return tokens.flatMap((token) => cidr(token, line.name.text, problems) ?? []);
}

function locality(token: Token, problems: Problems): string | undefined {
  if (/^[^/]+(\/[^/]+){0,2}$/.test(token.text)) return token.text;
  const message = `locality must be REGION, REGION/ZONE or REGION/ZONE/SUBZONE, found ${quote(token.text)}`;
  problems.error('COREFILE_ARGUMENT', token.position, message);
  return undefined;
}

function namespace(token: Token, problems: Problems): string | undefined {
  if (isLabel(token.text)) return token.text;
  const message = `expected a namespace (lower-case letters, digits and '-', at most 63), found ${quote(token.text)}`;
  problems.error('COREFILE_ARGUMENT', token.position, message);
  return undefined;
}
