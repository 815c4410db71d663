import { confFlag, portFlag, UsageError, type Flag } from './command.ts';
import type { CommandLine } from './command-line.ts';

/** What the command lines of `explain` and `records` have in common. */
export interface InspectFlags {
  readonly conf: string | undefined;
  /** Port of server blocks that name none. */
  readonly defaultPort: number;
  /** A file whose cluster is read in place of the sources in the Corefile. */
  readonly kubeconfig: string | undefined;
  /** URL of a running server's `admin`. */
  readonly server: string | undefined;
  readonly client: string | undefined;
  readonly namespace: string | undefined;
  readonly isMeshed: boolean;
}

export const inspectFlags: readonly Flag[] = [
  confFlag,
  {
    name: 'kubeconfig',
    value: { name: 'FILE', completes: 'files' },
    text: 'read the cluster of this kubeconfig in place of the sources in the Corefile; works without a Corefile, too',
  },
  {
    name: 'server',
    value: { name: 'URL' },
    text: 'ask a running server instead, at the address of its admin',
  },
  { name: 'client', value: { name: 'IP' }, text: 'as the client with this address is answered' },
  { name: 'namespace', value: { name: 'NS' }, text: 'as clients of this namespace are answered' },
  { name: 'meshed', text: 'with -namespace: their traffic is captured by the mesh' },
  portFlag,
];

/** Throws UsageError. */
export function readInspectFlags(line: CommandLine): InspectFlags {
  const flags = {
    conf: line.text('conf'),
    defaultPort: line.port('dns.port') ?? 53,
    kubeconfig: line.text('kubeconfig'),
    server: line.text('server'),
    client: line.text('client'),
    namespace: line.text('namespace'),
    isMeshed: line.isSet('meshed'),
  };
  if (flags.client !== undefined && flags.namespace !== undefined) throw contradiction('client', 'namespace');
  if (flags.conf !== undefined && flags.server !== undefined) throw contradiction('conf', 'server');
  if (flags.kubeconfig !== undefined && flags.server !== undefined) throw contradiction('kubeconfig', 'server');
  return flags;
}

function contradiction(one: string, other: string): UsageError {
  return new UsageError(`-${one} and -${other} contradict each other: name one`);
}
