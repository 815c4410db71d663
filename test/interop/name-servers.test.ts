import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coreDns, provide } from '../deploy/go-tool.ts';
import type { DigQuestion, DigReply } from '../support/dig.ts';
import { missingForRoot } from '../support/machine.ts';
import { Lab } from '../support/lab.ts';
import { fronts, ours, records, serveOurs, serveParent } from './servers.ts';

const program = await provide(coreDns);
const needed = ['unshare', 'nsenter', 'ip', 'dig', 'unbound', 'named', 'dnsmasq', 'knotd', 'dnssec-signzone'];
const missing = missingForRoot('this server behind those of others', ...needed);

const types = ['A', 'AAAA', 'SRV', 'TXT', 'MX', 'HTTPS', 'NS'];
/** Of these no server may make an error, whoever stands between it and the client. */
const outcome = ({ rcode, answer }: DigReply) => ({
  rcode,
  // TTLs count down in a cache, and the order rotates.
  answer: answer.map((line) => line.replace(/ \d+ IN /, ' IN ')).sort(),
});

describe.skipIf(missing !== '' || program === undefined)('behind a name server of others', () => {
  let lab: Lab;
  let anchor: string;
  let log: string;
  let markers = 0;
  /** Names that are served, with all between them and the zone, and names that nobody has. */
  let own: readonly string[];
  let others: readonly string[];

  beforeAll(async () => {
    lab = await Lab.start(ours);
    anchor = await serveParent(lab);
    log = join(lab.directory, 'ours.log');
    await serveOurs(lab, log);
    const names = await records(lab);
    own = [...new Set([...names.flatMap(withParents), 'nobody.mesh.test.', 'a.b.tenants.mesh.test.'])].filter(
      isBelowOwnZone,
    );
    others = names.filter((name) => !isBelowOwnZone(name) && !name.startsWith('*'));
    expect(own.length).toBeGreaterThan(20);
    expect(others.length).toBeGreaterThan(10);
  }, 120_000);

  afterAll(async () => {
    await lab.stop();
  });

  describe.each(fronts(program ?? '').map((front, index) => ({ ...front, address: `127.0.0.${30 + index}` })))(
    '$name',
    ({ address, forwardsAll, ...front }) => {
      beforeAll(() => front.start(lab, address, anchor), 60_000);

      it('gives for every name and type what the server itself says', async () => {
        const names = forwardsAll ? [...own, ...others] : own;
        const questions = names.flatMap((name) => types.map((type) => question(`${name} ${type}`)));
        const direct = await lab.dig(ours, questions);
        const behind = await lab.dig(address, questions);
        const table = (replies: readonly DigReply[]) =>
          Object.fromEntries(questions.map(({ ask }, index) => [ask, outcome(replies[index]!)]));
        expect(table(behind)).toEqual(table(direct));
        expect(new Set(direct.map(({ rcode }) => rcode))).toEqual(new Set(['NOERROR', 'NXDOMAIN']));
      }, 120_000);

      it('keeps what does not exist', async () => {
        const tag = address.replaceAll('.', '-');
        for (const [ask, rcode] of [
          [`nobody-${tag}.mesh.test. A`, 'NXDOMAIN'],
          [`${tag}.tenants.mesh.test. AAAA`, 'NOERROR'],
        ] as const) {
          const once = await lab.dig(address, [question(ask)]);
          const arrived = await arrivals(ask);
          const again = await lab.dig(address, [question(ask), question(ask)]);
          expect([...once, ...again].map(outcome)).toEqual(Array(3).fill({ rcode, answer: [] }));
          expect(arrived).toBeGreaterThan(0);
          expect(await arrivals(ask)).toBe(arrived);
        }
      });
    },
  );

  /** How often our server was asked for the name of a question so far. */
  async function arrivals(ask: string): Promise<number> {
    const [name] = ask.split(' ');
    const count = (of: string): number => readFileSync(log, 'utf8').split(`IN ${of}`).length - 1;
    // The log is written later: what stands before a query that is sent now is all.
    const last = `last-${++markers}.mesh.test.`;
    await lab.dig(ours, [question(`${last} A`)]);
    await expect.poll(() => count(last), { timeout: 10_000 }).toBe(1);
    return count(name!);
  }
});

function question(ask: string): DigQuestion {
  return { ask, options: ['+notcp'] };
}

function isBelowOwnZone(name: string): boolean {
  return name.endsWith('.mesh.test.') && !name.startsWith('*');
}

/** A name, and those above it. */
function withParents(name: string): string[] {
  const labels = name.split('.');
  return labels.slice(0, -2).map((_, index) => labels.slice(index).join('.'));
}
