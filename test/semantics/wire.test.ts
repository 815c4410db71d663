import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allRepliesUdp, TcpClient } from '../support/dns-client.ts';
import { decodeMessage } from '../support/dns-message.ts';
import { encodeQuery } from '../support/query.ts';
import { serviceEntry, type SemanticsCase } from './case.ts';
import { malformed, probe, type MalformedCase } from './cases/malformed.ts';
import { InProcess, readObjects } from './in-process.ts';
import { serveCases, type ServedCases } from './serve.ts';

const theCase: SemanticsCase = {
  section: '10',
  name: 'a server that messages are sent to',
  objects: serviceEntry('a', 'hosts: [a.example.com], addresses: [10.0.0.1]'),
  queries: [],
};

const forwarding: SemanticsCase = {
  ...theCase,
  name: 'a server that has to ask for other names',
  upstream: 'other.test. 60 IN A 192.0.2.1',
};

const probeId = 0x1d1d;

function checkBytes(reply: Uint8Array, { message, gets }: MalformedCase): void {
  if (gets === 'nothing') {
    expect(reply).toHaveLength(0);
    return;
  }
  const { id, rcode, opcode, questions, answer, opt } = decodeMessage(reply);
  expect({ id, rcode, opcode }).toEqual({ id: 0xbeef, rcode: gets.rcode, opcode: (message[2]! >> 3) & 15 });
  if (gets.bare) {
    expect(reply).toHaveLength(12);
    // RD is copied, and nothing else of the query.
    expect(reply[2]! & 0x07).toBe(message[2]! & 0x01);
    expect(reply[3]! & 0xf0).toBe(0);
    return;
  }
  // The question is echoed byte for byte.
  expect(questions).toHaveLength(1);
  const questionEnd = message.indexOf(0, 12) + 5;
  expect(Buffer.from(reply.subarray(12, questionEnd))).toEqual(Buffer.from(message.subarray(12, questionEnd)));
  expect(answer).toEqual(rcode === 'NOERROR' ? ['a.example.com. 30 IN A 10.0.0.1'] : []);
  // Options and unknown flags of an OPT are never echoed: the decoder throws on these.
  const hadOpt = message[11] !== 0;
  expect(opt).toEqual(hadOpt ? { payload: 1232, version: 0, dnssecOk: false, options: 0 } : undefined);
}

const cases = malformed.map((each) => [each.name, each] as const);

test.each(cases)('in process: %s', async (_name, each) => {
  const instance = new InProcess({ ...theCase, upstream: 'none', ownZones: ['.'] }, undefined);
  instance.fill(readObjects(theCase.objects!).objects);
  checkBytes(await instance.ask(each.message, 'udp'), each);
});

describe('over sockets', () => {
  let served: ServedCases | undefined;
  const servedCase = { ...theCase, ownZones: ['.'] };
  const port = (): number => served!.portOf(servedCase);

  beforeAll(async () => {
    served = await serveCases([servedCase, forwarding]);
  });
  afterAll(() => served?.stop());

  test.each(cases)('UDP: %s', async (_name, each) => {
    const replies = await allRepliesUdp(port(), each.message, probe);
    expect(replies).toHaveLength(each.gets === 'nothing' ? 0 : 1);
    for (const reply of replies) checkBytes(reply, each);
  });

  test.each(cases)('TCP, on a connection that goes on: %s', async (_name, each) => {
    const client = await TcpClient.connect(port());
    client.send(each.message, probe);
    if (each.gets !== 'nothing') checkBytes(await client.next(), each);
    expect(decodeMessage(await client.next())).toMatchObject({
      id: probeId,
      answer: ['a.example.com. 30 IN A 10.0.0.1'],
    });
    client.close();
  });

  test('an empty UDP datagram, and a TCP message of no octets, get nothing', async () => {
    expect(await allRepliesUdp(port(), new Uint8Array(0), probe)).toEqual([]);
    const client = await TcpClient.connect(port());
    client.send(new Uint8Array(0), probe);
    expect(decodeMessage(await client.next()).id).toBe(probeId);
    client.close();
  });

  test('TCP with pipelining: every query gets its answer', async () => {
    const client = await TcpClient.connect(port());
    const ids = Array.from({ length: 200 }, (_, id) => id);
    client.send(...ids.map((id) => encodeQuery('a.example.com', 'A', { id })));
    const answered: number[] = [];
    while (answered.length < ids.length) answered.push(decodeMessage(await client.next()).id);
    expect(answered.toSorted((a, b) => a - b)).toEqual(ids);
    client.close();
  });

  test('TCP answers out of order: what is known here does not wait for upstream', async () => {
    const client = await TcpClient.connect(served!.portOf(forwarding));
    client.send(encodeQuery('other.test', 'A', { id: 1 }), probe);
    expect(decodeMessage(await client.next()).id).toBe(probeId);
    expect(decodeMessage(await client.next())).toMatchObject({ id: 1, answer: ['other.test. 60 IN A 192.0.2.1'] });
    client.close();
  });

  test('TCP in single octets', async () => {
    const client = await TcpClient.connect(port());
    for (const octet of [0, probe.length, ...probe]) client.sendRaw(Uint8Array.of(octet));
    expect(decodeMessage(await client.next()).id).toBe(probeId);
    client.close();
  });

  test('a half-closed TCP client gets its answers, and then the end', async () => {
    const client = await TcpClient.connect(port());
    client.send(probe, probe);
    client.end();
    expect(decodeMessage(await client.next()).id).toBe(probeId);
    expect(decodeMessage(await client.next()).id).toBe(probeId);
    await client.ended();
  });
});
