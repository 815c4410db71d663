import { noBlock, unknownOption, zoneNames } from '../../corefile/arguments.ts';
import type { Cidr } from '../../wire/network.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import type { Problems } from '../../corefile/problem.ts';
import { defaultRanges, reverseZonesOfRanges } from '../../registry/allocation/ranges.ts';
import type { KubernetesConfig } from '../../registry/sources/kubernetes/config.ts';
import { defaultRegistryOptions } from '../../registry/model/options.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import { noKubernetes, type ServiceEntryConfig } from './config.ts';
import {
  finishKubernetes,
  kubernetesDefaults,
  kubernetesOptions,
  repeatableKubernetesOptions,
} from './kubernetes-options.ts';
import { repeatableOptions, serviceEntryOptions, type Draft } from './options.ts';

/** `serviceentry [ZONES...] { ... }`: docs/semantics.md section 11. */
export function parseServiceEntry(directives: readonly Directive[], context: ParseContext): ServiceEntryConfig {
  const directive = singleDirective(directives, context.problems);
  const draft = defaults();
  const kubernetes = directive ? readOptions(directive, draft, context.problems) : noKubernetes;
  const { files, maxFileBytes, negativeTtl, startupTimeoutMs, unsynced, fallthrough, allocation, check, ...others } =
    draft;
  const { rules, forwarders, meshed, usesSubnet, namespace, localities, ...registry } = others;
  const { locality, nodes } = registry;
  return {
    table: context.zones.join(' '),
    files,
    maxFileBytes,
    registry: {
      ...registry,
      usesLocality: locality !== '' || localities.length > 0 || nodes,
      zones: ownZones(directive, context),
      allocationZones: reverseZonesOfRanges([...defaultRanges, ...allocation.cidrs.map(formatCidr)]),
    },
    kubernetes,
    allocation,
    ...(check ? { check } : {}),
    clients: { rules, forwarders, meshed, usesSubnet, namespace, localities, usesNodes: nodes, locality },
    negativeTtl,
    startupTimeoutMs,
    unsynced,
    fallthrough,
    serverAddresses: [],
  };
}

function formatCidr({ address, prefixLength }: Cidr): string {
  return `${address}/${prefixLength}`;
}

function defaults(): Draft {
  return {
    ...defaultRegistryOptions,
    files: [],
    maxFileBytes: 0,
    only: undefined,
    except: [],
    allow: new Map(),
    defaultExportTo: [...defaultRegistryOptions.defaultExportTo],
    negativeTtl: 5,
    startupTimeoutMs: 5000,
    unsynced: 'forward',
    fallthrough: undefined,
    rules: [],
    forwarders: [],
    meshed: [],
    usesSubnet: false,
    namespace: undefined,
    localities: [],
    allocation: { mode: 'off', file: '', cidrs: [] },
  };
}

/** Reads the block into the draft; what is about Kubernetes comes back. */
function readOptions(directive: Directive, draft: Draft, problems: Problems): KubernetesConfig {
  const kubernetes = kubernetesDefaults();
  const seen = new Map<string, Token>();
  for (const line of directive.block ?? []) {
    const name = line.name.text;
    const option = Object.hasOwn(serviceEntryOptions, name) ? serviceEntryOptions[name] : undefined;
    const ofKubernetes = Object.hasOwn(kubernetesOptions, name) ? kubernetesOptions[name] : undefined;
    if (!option && !ofKubernetes) {
      unknownOption(
        line,
        [...Object.keys(serviceEntryOptions), ...Object.keys(kubernetesOptions)],
        'serviceentry',
        problems,
      );
      continue;
    }
    const first = seen.get(name);
    if (first && !repeatableOptions.includes(name) && !repeatableKubernetesOptions.includes(name)) {
      const message = `'${name}' stands here again, but may stand only once in the block; the first is on line ${first.position.line}`;
      problems.error('COREFILE_REPEATED', line.name.position, message);
    }
    if (!first) seen.set(name, line.name);
    // That of `check` has options of its own.
    if (name !== 'check' && !noBlock(line, problems)) continue;
    option?.(line, draft, problems);
    ofKubernetes?.(line, kubernetes, problems);
  }
  return finishKubernetes(kubernetes, seen, problems);
}

/** The zones that the directive names, else those of the server block but for the root. */
function ownZones(directive: Directive | undefined, { zones, problems }: ParseContext): readonly string[] {
  if (!directive || directive.args.length === 0) return zones.filter((zone) => zone !== '.');
  return [...new Set(directive.args.flatMap((token) => zoneNames(token, problems) ?? []))];
}
