import { onTestFinished } from 'vitest';
import { Activities } from '../../../src/runtime/activities.ts';
import { tableName, type HostsConfig } from '../../../src/plugins/hosts/config.ts';
import { hostsPlugin } from '../../../src/plugins/hosts/hosts.ts';
import { HostsService } from '../../../src/plugins/hosts/service.ts';
import { TableReader } from '../../../src/table/reader.ts';
import { rcode } from '../../../src/wire/codes.ts';
import { emptyReply } from '../../../src/wire/reply.ts';
import { decodeMessage, type DnsMessage } from '../../support/dns-message.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { MemoryFile } from '../../support/memory-file.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { makeQuery, replyBytes, type QueryOptions, type TypeOption } from '../../support/query.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';

export interface Hosts {
  readonly clock: FakeClock;
  readonly file: MemoryFile;
  readonly logger: RecordingLogger;
  readonly service: HostsService;
  readonly table: TableReader;
  readonly message: (name: string, type: TypeOption, options?: QueryOptions) => DnsMessage;
  /** What is answered in a few words: the rcode, and the data of the answer; `next` where the next plugin is asked. */
  readonly ask: (name: string, type?: TypeOption) => string;
}

const hashSeed = 7;

/** A hosts directive in the block of `example.org` with a file of this text; `FILE` in the lines stands for its path. */
export async function startHosts(lines: string, text: string | undefined): Promise<Hosts> {
  const file = new MemoryFile(text);
  const { config, problems } = parseDirective<HostsConfig>(hostsPlugin, lines.replace('FILE', file.path));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const tables = new Map<string, TableReader>();
  const host = {
    clock,
    logger,
    hashSeed,
    isReadOnly: false,
    activities: new Activities(),
    publishTable(name: string, handle: ConstructorParameters<typeof TableReader>[0]) {
      const known = tables.get(name);
      if (known) known.use(handle);
      else tables.set(name, new TableReader(handle));
    },
  };
  const service = new HostsService(config, host, file);
  onTestFinished(() => service.stop());
  await service.start();
  const table = tables.get(tableName)!;
  const environment = { ...makeEnvironment(), table: () => table };
  const handler = hostsPlugin.query.create(config, environment, (query) => emptyReply(query, rcode.NOTIMP));
  const message = (name: string, type: TypeOption, options: QueryOptions = {}): DnsMessage => {
    const query = makeQuery(name, type, { hashSeed, ...options });
    return decodeMessage(replyBytes(query, handler(query) as number));
  };
  const ask = (name: string, type: TypeOption = 'A'): string => {
    const reply = message(name, type);
    if (reply.rcode === 'NOTIMP') return 'next';
    const soa = reply.authority.map((line) => `SOA ${line.split(' ')[0]!}`);
    return [reply.rcode, ...reply.answer.map((line) => line.split(' ').at(-1)!), ...soa].join(' ');
  };
  return { clock, file, logger, service, table, message, ask };
}
