import { Compiler, type NameRecord } from '../src/registry/publish/compile/compile.ts';
import { TableReader } from '../src/table/reader.ts';
import { rrType } from '../src/wire/codes.ts';
import { encodeName } from '../src/wire/name.ts';
import { Query } from '../src/wire/query.ts';
import { hashSeed, hostName, makeDispatcher, serviceEntry } from './fixture.ts';
import { measure, print } from './measure.ts';
import { makeQueries, makeRandom } from './queries.ts';

const hosts = 10_000;
const queryCount = 1 << 14;

/** The steps of an answer and of an update by themselves, with 10,000 hosts. */
export function measureSteps(): void {
  console.log(`Steps, ${hosts} hosts`);
  const { registry, writer } = makeDispatcher(hosts);
  const random = makeRandom(42);
  const { bytes, offsets } = makeQueries(queryCount, random, () => ({
    name: hostName(Math.floor(random() * hosts)),
    type: rrType.A,
  }));
  const query = new Query(hashSeed);
  query.bytes = bytes;
  const table = new TableReader(writer.handle);
  let found = 0;

  const forEachQuery =
    (step: () => void) =>
    (count: number): number => {
      for (let i = 0; i < count; i++) {
        query.start = offsets[i & (queryCount - 1)]!;
        query.end = offsets[(i & (queryCount - 1)) + 1]!;
        step();
      }
      return count;
    };
  const parse = (): void => void query.read();
  const parseName = (): void => {
    query.read();
    query.readName();
  };
  const lookup = (): void => {
    parseName();
    if (table.findName(query) >= 0) found++;
  };
  print('parse: header, labels, OPT', measure(forEachQuery(parse)), 'queries');
  print('parse, lower case and hash', measure(forEachQuery(parseName)), 'queries');
  print('parse, hash, lookup', measure(forEachQuery(lookup)), 'queries');
  if (found === 0) throw new Error('no name was found');

  const compiler = new Compiler();
  const record: NameRecord = {
    name: encodeName(hostName(7))!,
    kind: 'internal',
    flags: 0,
    ttl: 30,
    addresses: ['10.0.0.7'],
    services: [{ prefix: '', isCut: false, records: [{ priority: 0, weight: 1, port: 80, target: { kind: 'host' } }] }],
  };
  const compile = (count: number): number => {
    for (let i = 0; i < count; i++) compiler.compile(record);
    return count;
  };
  print('compile a record', measure(compile), 'records');

  let revision = 0;
  const update = (count: number): number => {
    for (let i = 0; i < count; i++) {
      revision++;
      registry.apply([{ type: 'upsert', object: serviceEntry(revision % hosts, revision) }]);
    }
    return count;
  };
  print('update: a ServiceEntry changed', measure(update, 256), 'updates');
}
