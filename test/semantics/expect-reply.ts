import { expect } from 'vitest';
import { zoneLines } from '../support/zone-text.ts';
import { splitAsk, type Expected, type SemanticsCase } from './case.ts';

/** A reply as all clients of these tests can tell it: by decoding its octets, or from what dig prints. */
export interface SeenReply {
  readonly rcode: string;
  readonly flags: string;
  readonly questions?: readonly string[];
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  /** Without OPT. */
  readonly additional: readonly string[];
  readonly opt:
    | { readonly payload: number; readonly version: number; readonly dnssecOk: boolean; readonly subnet?: string }
    | undefined;
  readonly size: number;
}

/** Asks the query once and gives its reply. */
export type Asker = (expected: Expected) => Promise<SeenReply>;

/** How often `checkQuery` asks: a rotation is seen when it has come round. */
export function timesAsked({ rotates, answer = '' }: Expected): number {
  return rotates ? zoneLines(answer).length + 1 : 1;
}

/** Asks what the query says, as often as it says, and compares. */
export async function checkQuery(semanticsCase: SemanticsCase, expected: Expected, ask: Asker): Promise<void> {
  if (expected.rotates) return checkRotation(semanticsCase, expected, ask);
  checkReply(semanticsCase, expected, await ask(expected));
}

function checkReply(semanticsCase: SemanticsCase, expected: Expected, reply: SeenReply): void {
  const { ask, edns, subnet, scope, ordered, rcode = 'NOERROR', fitting, fittingAdditional, maxSize } = expected;
  const [name, type] = splitAsk(ask);
  const answer = cut(zoneLines(expected.answer ?? ''), reply.answer, fitting);
  const additional = cut(zoneLines(expected.additional ?? ''), reply.additional, fittingAdditional);
  const { dnssecOk = false } = typeof edns === 'object' ? edns : {};
  expect({
    ask,
    rcode: reply.rcode,
    flags: reply.flags,
    questions: reply.questions ?? [questionOf(name, type)],
    answer: sorted(withoutSerials(reply.answer), ordered),
    authority: sorted(withoutSerials(reply.authority)),
    additional: sorted(reply.additional),
    opt: reply.opt && {
      payload: reply.opt.payload,
      version: reply.opt.version,
      dnssecOk: reply.opt.dnssecOk,
      subnet: reply.opt.subnet,
    },
  }).toEqual({
    ask,
    rcode,
    flags: flagsOf(semanticsCase, expected),
    questions: [questionOf(name, type)],
    answer: sorted(answer, ordered),
    authority: sorted(zoneLines(expected.authority ?? '')),
    additional: sorted(additional),
    opt:
      (edns ?? subnet)
        ? { payload: 1232, version: 0, dnssecOk, subnet: scope === undefined ? undefined : `${subnet}/${scope}` }
        : undefined,
  });
  if (maxSize !== undefined) expect(reply.size).toBeLessThanOrEqual(maxSize);
}

/** Of the expected records those that came, when only `fitting` of them are to come; all of them otherwise. */
function cut(expected: readonly string[], found: readonly string[], fitting: number | undefined): readonly string[] {
  if (fitting === undefined) return expected;
  expect(new Set(found).size).toBe(fitting);
  return expected.filter((line) => found.includes(line));
}

async function checkRotation(semanticsCase: SemanticsCase, expected: Expected, ask: Asker): Promise<void> {
  const lines = zoneLines(expected.answer ?? '');
  const starts: number[] = [];
  for (let i = timesAsked(expected); i > 0; i--) {
    const reply = await ask(expected);
    const start = lines.indexOf(reply.answer[0] ?? '');
    const answer = [...lines.slice(start), ...lines.slice(0, start)].join('\n');
    checkReply(semanticsCase, { ...expected, answer, ordered: true }, reply);
    starts.push(start);
  }
  const [first = 0] = starts;
  expect(starts).toEqual(starts.map((_, i) => (first + i) % lines.length));
}

function flagsOf({ upstream }: SemanticsCase, { flags, rd, cd }: Expected): string {
  if (flags !== undefined) return flags;
  return ['qr', 'aa', rd === false ? '' : 'rd', upstream === 'none' ? '' : 'ra', cd ? 'cd' : '']
    .filter((flag) => flag !== '')
    .join(' ');
}

function questionOf(name: string, type: string): string {
  return `${name === '.' ? '' : name}. IN ${type}`;
}

function sorted(lines: readonly string[], ordered?: true): readonly string[] {
  return ordered ? lines : lines.toSorted();
}

/** Serials of our own SOA records, which tell the time of the last change. */
function withoutSerials(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/( SOA ns\.dns\S* hostmaster\S*) \d{10} /, '$1 SERIAL '));
}
