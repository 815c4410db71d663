import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'dns-packet';
import { expect, onTestFinished, test } from 'vitest';
import { askUdp } from '../support/dns-client.ts';
import { addressRecord, answer, FakeUpstream, replyTo, type Behaviour } from '../support/fake-upstream.ts';
import { encodeQuery } from '../support/query.ts';
import { directoryWith, ServerProcess } from './server-process.ts';

async function startUpstream(behaviour?: Behaviour): Promise<FakeUpstream> {
  const upstream = await FakeUpstream.start(behaviour);
  onTestFinished(() => upstream.stop());
  return upstream;
}

/** Answers all names with this address. */
function with4(address: string): Behaviour {
  return (query) => query.send(replyTo(query, { answers: [addressRecord(query.name, address)] }));
}

async function ask(port: number, name: string): Promise<string> {
  const reply = decode(await askUdp(port, encodeQuery(name, 'A'))) as ReturnType<typeof decode> & { rcode: string };
  const [record] = reply.answers ?? [];
  return record?.type === 'A' ? record.data : reply.rcode;
}

/** Asks for names until the answer is this one: what changes in the process reaches its workers a moment later. */
async function askUntil(port: number, expected: string): Promise<void> {
  for (let i = 0; (await ask(port, `n${i}.example`)) !== expected; i++);
}

test('a resolv.conf that is replaced, by a rename or a link, is read again while the server serves', async () => {
  const [one, two, three] = [
    await startUpstream(with4('192.0.2.1')),
    await startUpstream(with4('192.0.2.2')),
    await startUpstream(with4('192.0.2.3')),
  ];
  const directory = directoryWith({
    'first.conf': `nameserver 127.0.0.1:${one.port}\n`,
    'new.conf': `# by somebody\nnameserver 127.0.0.1:${two.port}\noptions timeout:1\n`,
    'third.conf': `nameserver 127.0.0.1:${three.port}`,
  });
  const path = join(directory, 'resolv.conf');
  symlinkSync('first.conf', path);
  writeFileSync(join(directory, 'Corefile'), `.:0 {\n  bind 127.0.0.1\n  forward . ${path}\n}\n`);
  const server = new ServerProcess([], directory);
  const port = await server.port();
  expect(await ask(port, 'a.example')).toBe('192.0.2.1');
  renameSync(join(directory, 'new.conf'), path);
  await server.line(new RegExp(`^\\[INFO\\] plugin/forward: .*resolv.conf was read again: 127.0.0.1:${two.port}$`));
  await askUntil(port, '192.0.2.2');
  // What is no file in its form any more changes nothing.
  writeFileSync(path, 'moved\n');
  await server.line(/^\[WARNING\] plugin\/forward: .*resolv.conf has no line 'nameserver ADDRESS' that can be used/);
  expect(await ask(port, 'b.example')).toBe('192.0.2.2');
  symlinkSync('third.conf', join(directory, 'link'));
  renameSync(join(directory, 'link'), path);
  await server.line(new RegExp(`resolv.conf was read again: 127.0.0.1:${three.port}$`));
  await askUntil(port, '192.0.2.3');
  server.kill('SIGTERM');
  expect(await server.exit).toEqual({ code: 0, signal: null });
});

test('a server whose name cannot be looked up yet is used when it can, and the start does not wait for it', async () => {
  const upstream = await startUpstream(with4('192.0.2.1'));
  const resolver = await startUpstream(answer({ answers: [] }, 2));
  const corefile = `.:0 {
  bind 127.0.0.1
  errors
  forward . dns.test:${upstream.port} {
    resolver 127.0.0.1:${resolver.port}
  }
}
`;
  const server = new ServerProcess([], directoryWith({ Corefile: corefile }));
  const port = await server.port();
  await server.line(
    /^\[WARNING\] plugin\/forward: the addresses of dns.test cannot be looked up: SERVFAIL; it is tried again$/,
  );
  expect(await ask(port, 'a.example')).toBe('SERVFAIL');
  await server.line(/^\[ERROR\] .* forward: no address of dns.test is known: SERVFAIL$/);
  resolver.behaviour = (query) => {
    const isIpv4 = query.packet.questions?.[0]?.type === 'A';
    query.send(replyTo(query, { answers: isIpv4 ? [addressRecord(query.name, '127.0.0.1')] : [] }));
  };
  await server.line(/^\[INFO\] plugin\/forward: dns.test is 127.0.0.1$/);
  await askUntil(port, '192.0.2.1');
  server.kill('SIGTERM');
  expect(await server.exit).toEqual({ code: 0, signal: null });
});
