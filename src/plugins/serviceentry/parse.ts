import {
  duration,
  noBlock,
  oneOf,
  secondsOrDuration,
  size,
  takes,
  zoneName,
  zoneNames,
} from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import type { Problems } from '../../corefile/problem.ts';
import { didYouMean } from '../../corefile/suggest.ts';
import { formatPosition } from '../../corefile/position.ts';
import { once } from '../once.ts';
import type { DirectivePlugin, ParseContext } from '../plugin.ts';
import type { ServiceEntryConfig } from './config.ts';

const maxTtlMs = 2_147_483_647_000;
const maxTimeoutMs = 3_600_000;
const maxFileSize = 2 ** 32;

/** Options of SEMANTICS.md section 11 that a later version brings. */
const laterOptions = [
  'kubernetes',
  'kubeconfig',
  'endpoint',
  'tls',
  'namespaces',
  'namespace_labels',
  'labels',
  'revision',
  'pods',
  'services',
  'sidecars',
  'snapshot',
  'locality',
  'meshed',
  'client',
  'forwarders',
  'client_subnet',
  'namespace',
  'autoallocate',
];

/** What the options have said so far. */
interface Draft {
  files: string[];
  maxFileBytes: number;
  only: string[] | undefined;
  except: string[];
  allow: Map<string, string[]>;
  ttl: number;
  negativeTtl: number;
  autoAddresses: 'off' | 'all';
  endpointAnswers: 'all' | 'internal' | 'off';
  merge: 'union' | 'oldest';
  defaultExportTo: string[];
  startupTimeoutMs: number;
  unsynced: 'servfail' | 'forward';
  fallthrough: string[] | undefined;
}

type Option = (line: Directive, draft: Draft, problems: Problems) => void;

const options: Readonly<Record<string, Option>> = {
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
    const word = choice(line, ['off', 'meshed', 'all'], problems);
    if (word === 'meshed') notBuilt(line.args[0]!, "auto_addresses 'meshed'", problems, 'COREFILE_ARGUMENT');
    else draft.autoAddresses = word ?? draft.autoAddresses;
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
    const zones = line.args.flatMap((token) => zoneNames(token, problems) ?? []);
    draft.fallthrough = [...(draft.fallthrough ?? []), ...(line.args.length === 0 ? ['.'] : zones)];
  },
};

/** `serviceentry [ZONES...] { ... }`: SEMANTICS.md section 11. */
export const serviceEntryDirective: DirectivePlugin<ServiceEntryConfig> = {
  name: 'serviceentry',
  parse(directives, context) {
    const directive = once(directives, context.problems);
    const draft: Draft = {
      files: [],
      maxFileBytes: 0,
      only: undefined,
      except: [],
      allow: new Map(),
      ttl: 30,
      negativeTtl: 5,
      autoAddresses: 'off',
      endpointAnswers: 'all',
      merge: 'union',
      defaultExportTo: ['*'],
      startupTimeoutMs: 5000,
      unsynced: 'forward',
      fallthrough: undefined,
    };
    if (directive) readOptions(directive, draft, context.problems);
    const { files, maxFileBytes, negativeTtl, startupTimeoutMs, unsynced, fallthrough, ...registry } = draft;
    return {
      table: directive ? formatPosition(directive.name.position) : '',
      files,
      maxFileBytes,
      registry: { ...registry, zones: ownZones(directive, context) },
      negativeTtl,
      startupTimeoutMs,
      unsynced,
      fallthrough,
      serverAddresses: [],
    };
  },
};

function readOptions(directive: Directive, draft: Draft, problems: Problems): void {
  const seen = new Map<string, Token>();
  for (const line of directive.block ?? []) {
    const name = line.name.text;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) {
      if (laterOptions.includes(name)) notBuilt(line.name, `option '${name}' of serviceentry`, problems);
      else {
        const hint = didYouMean(name, [...Object.keys(options), ...laterOptions]);
        const message = `unknown option '${name}' of serviceentry${hint}`;
        problems.error('COREFILE_OPTION', line.name.position, message);
      }
      continue;
    }
    const first = seen.get(name);
    if (first && !['file', 'only', 'except', 'allow', 'fallthrough'].includes(name)) {
      const message = `option '${name}' stands here again; the first is on line ${first.position.line}`;
      problems.error('COREFILE_REPEATED', line.name.position, message);
    }
    seen.set(name, line.name);
    if (noBlock(line, problems)) option(line, draft, problems);
  }
  if (draft.files.length === 0 && !seen.has('file')) {
    const message = "serviceentry has no source; name one with 'file PATH...' (the Kubernetes API is not built yet)";
    problems.error('COREFILE_ARGUMENT', directive.name.position, message);
  }
}

/** The zones that the directive names, else those of the server block but for the root. */
function ownZones(directive: Directive | undefined, { zones, problems }: ParseContext): readonly string[] {
  if (!directive || directive.args.length === 0) return zones.filter((zone) => zone !== '.');
  return [...new Set(directive.args.flatMap((token) => zoneNames(token, problems) ?? []))];
}

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
      const message = `${line.name.text} covers a name and all below it: write '${token.text.replace(/^\*\.?/, '')}' without '*'`;
      problems.error('COREFILE_ARGUMENT', token.position, message);
      return [];
    }
    const zone = zoneName(token, problems);
    return zone === undefined ? [] : [zone.replace(/\.$/, '')];
  });
}

function notBuilt(
  token: Token,
  what: string,
  problems: Problems,
  code: 'COREFILE_OPTION' | 'COREFILE_ARGUMENT' = 'COREFILE_OPTION',
): void {
  problems.error(code, token.position, `${what} is not built yet`);
}
