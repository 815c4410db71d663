import { expect, test } from 'vitest';
import { serviceEntry } from '../../../semantics/case.ts';
import { InProcess, readObjects } from '../../../semantics/in-process.ts';
import { decodeMessage } from '../../../support/dns-message.ts';
import { encodeQuery } from '../../../support/query.ts';

const malformed = Uint8Array.from([0, 8, 0, 8, 0, 1, 32, 24, 192, 0, 2, 1]);

async function ask(options: string, name: string): Promise<ReturnType<typeof decodeMessage>> {
  const objects = serviceEntry('a', 'hosts: [a.example.com], addresses: [10.0.0.1]');
  const instance = new InProcess(
    { section: '8', name: '', objects, options, upstream: 'none', queries: [] },
    undefined,
  );
  instance.fill(readObjects(objects).objects);
  const reply = await instance.ask(encodeQuery(name, 'A', { edns: { options: malformed } }), 'udp');
  await instance.close();
  return decodeMessage(reply);
}

test.each(['a.example.com', 'b.example.com'])(
  'a malformed Client Subnet option of a query for %s: FORMERR',
  async (name) => {
    const { rcode, answer, questions, opt } = await ask('client_subnet on', name);
    expect([rcode, answer, questions]).toEqual(['FORMERR', [], [`${name}. IN A`]]);
    expect(opt).toMatchObject({ options: 0 });
  },
);

test('with client_subnet off it is an option that is not known', async () => {
  const { rcode, opt } = await ask('client_subnet off', 'a.example.com');
  expect([rcode, opt!.options]).toEqual(['NOERROR', 0]);
});
