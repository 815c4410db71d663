import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingForRoot } from '../support/machine.ts';
import { Lab } from '../support/lab.ts';
import { ours, serveOurs, serveParent } from './servers.ts';

const missing = missingForRoot('EDNS compliance', 'unshare', 'nsenter', 'ip', 'dig', 'knotd', 'dnssec-signzone');

/** What dig shows of a reply. */
interface Reply {
  readonly status: string;
  /** Flags of the header, and `z` where the bit that must be zero is set. */
  readonly flags: readonly string[];
  readonly answers: number;
  /** The OPT record: its version and flags; `undefined` without one. */
  readonly edns: string | undefined;
  /** Its options, as dig names them. */
  readonly options: readonly string[];
}

const plain = { status: 'NOERROR', answers: 1, edns: undefined, options: [] };
const edns = { ...plain, edns: 'version 0' };
const badVersion = { ...edns, status: 'BADVERS', answers: 0 };

/** The tests of ISC's EDNS compliance tester, by its names, with what a compliant server gives (RFC 6891, 8906). */
const tests: readonly (readonly [name: string, options: string, reply: Partial<Reply>])[] = [
  ['dns', '+noedns', plain],
  ['aa', '+noedns +norec', plain],
  ['ad', '+noedns +ad', plain],
  ['cd', '+noedns +cd', plain],
  ['z', '+noedns +zflag', plain],
  ['edns', '+edns=0', edns],
  ['edns1', '+edns=1 +noednsnegotiation', badVersion],
  ['edns@512', '+edns=0 +bufsize=512', edns],
  ['ednsopt', '+edns=0 +ednsopt=100', edns],
  ['ednsopt with data', '+edns=0 +ednsopt=65001:0102030405', edns],
  ['edns1opt', '+edns=1 +noednsnegotiation +ednsopt=100', badVersion],
  ['ednsflags', '+edns=0 +ednsflags=0x80', edns],
  ['edns1flags', '+edns=1 +noednsnegotiation +ednsflags=0x80', badVersion],
  ['do', '+edns=0 +dnssec', { ...edns, edns: 'version 0 do' }],
  ['docookie', '+edns=0 +dnssec +cookie', { ...edns, edns: 'version 0 do' }],
  ['edns1do', '+edns=1 +noednsnegotiation +dnssec', { ...badVersion, edns: 'version 0 do' }],
  ['nsid', '+edns=0 +nsid', edns],
  ['cookie', '+edns=0 +cookie=0102030405060708', edns],
  ['server cookie of somebody else', '+edns=0 +cookie=01020304050607080102030405060708', edns],
  ['subnet', '+edns=0 +subnet=192.0.2.0/24', edns],
  ['subnet of nobody', '+edns=0 +subnet=0.0.0.0/0', edns],
  ['expire', '+edns=0 +expire', edns],
  ['keepalive', '+edns=0 +keepalive', edns],
  ['padding', '+edns=0 +padding=128', edns],
  ['optlist', '+edns=0 +nsid +subnet=0.0.0.0/0 +expire +cookie', edns],
  ['adcd', '+edns=0 +ad +cd', edns],
];

describe.skipIf(missing !== '')('EDNS', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.start(ours);
    await serveParent(lab);
    await serveOurs(lab, join(lab.directory, 'ours.log'));
  }, 60_000);

  afterAll(async () => {
    await lab.stop();
  });

  async function ask(name: string, options: string): Promise<Reply> {
    const words = ['-r', `@${ours}`, name, 'A', '+nocookie', '+tries=1', ...options.split(' ')];
    return parse(await lab.run('dig', ...words));
  }

  describe.each([
    ['a name of its own', 'payments.mesh.test', true],
    ['a forwarded name', 'example.org', false],
  ])('of %s', (_, name, isOwn) => {
    describe.each(['+notcp', '+tcp'])('%s', (transport) => {
      it.each(tests)('%s: %s', async (_name, options, expected) => {
        const { flags, ...reply } = await ask(name, `${options} ${transport}`);
        expect(reply).toEqual(expected);
        const asked = options.split(' ');
        const isAnswered = reply.status === 'NOERROR';
        const shown = [
          'qr',
          ...(isOwn && isAnswered ? ['aa'] : []),
          ...(asked.includes('+norec') ? [] : ['rd']),
          // In a forwarded reply these are the upstream's, here those of an authority.
          ...(isOwn || !isAnswered ? ['ra'] : []),
          // Copied by a server that does not validate (RFC 4035 section 3.2.2).
          ...(asked.includes('+cd') && isOwn ? ['cd'] : []),
        ];
        expect(flags.filter((flag) => flag !== 'aa' || isOwn)).toEqual(shown);
      });
    });
  });
});

function parse(text: string): Reply {
  const find = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
  const version = /^; EDNS: version: (\d+), flags:([^;]*);( MBZ: \S+,)? udp: \d+/m.exec(text);
  const [, section = ''] = text.split(';; OPT PSEUDOSECTION:\n');
  const options = section.split('\n;; ')[0]!.split('\n').slice(1);
  return {
    status: find(/status: (\w+)/)!,
    flags: find(/^;; flags: ([^;]*);/m)!.split(' '),
    answers: Number(find(/ANSWER: (\d+)/)),
    edns: version ? `version ${version[1]!}${version[2]!}${version[3] ?? ''}` : undefined,
    options: options.flatMap((line) => (line.startsWith('; ') ? [line.slice(2).split(/[:=]/)[0]!] : [])),
  };
}
