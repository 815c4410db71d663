import { rcode, rrType } from '../src/wire/codes.ts';
import type { Dispatcher } from '../src/server/worker/dispatcher.ts';
import { hostName, makeDispatcher } from './fixture.ts';
import { measure, print } from './measure.ts';
import { makeQueries, makeRandom } from './queries.ts';
import { ReceiveBuffers } from './receive-buffers.ts';

const queryCount = 1 << 14;
/** What replies are longer by than their queries, at most. */
const addedBytes = 64;

/** One of each plugin that looks at every query, or changes it. */
const rules = `
  view clients {
    expr incidr(client_ip(), '10.0.0.0/8') && type() != 'ANY'
  }
  acl {
    allow net 10.0.0.0/8 192.168.0.0/16
    block
  }
  rewrite name old.mesh.test new.mesh.test
  rewrite name suffix .shop.test .mesh.test answer auto
  header {
    response set ra
  }
  template IN A made.test {
    match ^([a-z0-9-]+)\\.made\\.test\\.$
    answer "{{ .Name }} 60 IN A 192.0.2.1"
  }
`;

/** What `rewrite`, `template`, `acl`, `view` and `header` cost together, beside the same server block without them. */
export function measureRules(hosts: number): void {
  console.log('rewrite, template, acl, view and header in one block:');
  const without = makeDispatcher(hosts).dispatcher;
  const together = makeDispatcher(hosts, true, 'all', rules).dispatcher;
  const base = costOf(without, 'without', (index) => hostName(index));
  const show = (name: string, ns: number): void => {
    console.log(`    ${name}: ${((ns - base) / 1000).toFixed(2)} µs more`);
  };
  show(
    'no rule applies',
    costOf(together, 'A', (index) => hostName(index)),
  );
  const shopName = (index: number): string => hostName(index).replace(/\.mesh\.test$/, '.shop.test');
  show('the name is rewritten', costOf(together, 'A, rewritten', shopName));
  show(
    'a template answers',
    costOf(together, 'A, of a template', (index) => `host-${index}.made.test`),
  );

  function costOf(dispatcher: Dispatcher, name: string, nameOf: (index: number) => string): number {
    const random = makeRandom(42);
    const ask = (): { name: string; type: number } => ({ name: nameOf(Math.floor(random() * hosts)), type: rrType.A });
    const buffers = new ReceiveBuffers(dispatcher, makeQueries(queryCount, random, ask), addedBytes);
    buffers.check(rcode.NOERROR);
    const cost = measure((count) => buffers.answer(count));
    print(name, cost, 'answers');
    return cost.ns;
  }
}
