import { type Answer } from 'dns-packet';
import { Activities } from '../../../src/runtime/activities.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Host } from '../../../src/plugins/control.ts';
import type { LoadbalanceConfig, Weights } from '../../../src/plugins/loadbalance/config.ts';
import { loadbalancePlugin } from '../../../src/plugins/loadbalance/loadbalance.ts';
import { weightsControl } from '../../../src/plugins/loadbalance/weights/control.ts';
import { parseWeights } from '../../../src/plugins/loadbalance/weights/weight-file.ts';
import { debounceMs } from '../../../src/runtime/files/watched-file.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { MemoryFile } from '../../support/memory-file.ts';
import { parseDirective } from '../../support/plugin.ts';
import type { TypeOption } from '../../support/query.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { a, aaaa, balanced, cname, message, mx, read, words } from './harness.ts';

const file = `
# A comment
A.org
192.0.2.1 2
  192.0.2.2   5
192.0.2.2 9

b.org.
2001:db8::2 4
2001:db8::1 3
`;

function weightsOf(text: string): Weights {
  const weights = parseWeights(text);
  if ('fault' in weights) throw new Error(weights.fault);
  return weights;
}

describe('parseWeights', () => {
  it('reads names with addresses and weights', () => {
    const plain = Array.from(weightsOf(file), ([name, weights]) => [name, [...weights.values()]]);
    expect(plain).toEqual([
      ['a.org.', [2, 5]],
      ['b.org.', [4, 3]],
    ]);
    expect(weightsOf('').size).toBe(0);
  });

  it.each([
    ['192.0.2.1', 'line 1: expected a name, or a weight behind the address'],
    ['192.0.2.1 1', `line 1: '192.0.2.1' stands before the first name`],
    ['a.org\n192.0.2.1 0', 'line 2: a weight must be from 1 to 255'],
    ['a.org\n192.0.2.1 256', 'line 2: a weight must be from 1 to 255'],
    ['a.org\n192.0.2.1 -1', 'line 2: a weight must be from 1 to 255'],
    ['a.org\n192.0.2.1 1.5', 'line 2: a weight must be from 1 to 255'],
    ['a.org\n192.0.2.256 1', `line 2: expected an address before the weight, found '192.0.2.256'`],
    ['a.org\n192.0.2.1 1 1', 'line 2: expected a name, or an address and its weight'],
    ['a..org', `line 1: 'a..org' is no name`],
  ])('refuses %j', (text, fault) => {
    expect(parseWeights(text)).toEqual({ fault: expect.stringContaining(fault) as string });
  });
});

const config = { weights: { file: '', reloadMs: 0 } };

/** The data of the first address where the random number is this. */
function first(answers: Answer[], value: number, type: TypeOption = 'A', additionals: Answer[] = []) {
  const draws = [0, value, 0, value];
  const reply = balanced(message(answers, [], additionals), {
    config,
    weights: weightsOf(file),
    type,
    random: () => draws.shift()!,
  });
  const { answer, additional } = read(reply);
  return words(type === 'SRV' ? additional : answer).map((word) => word.split(' ')[1]!);
}

describe('weighted', () => {
  const three = [a('a.org', 1), a('a.org', 2), a('a.org', 3)];

  it('chooses the address in front by its weight, 1 without any, and moves no other', () => {
    const fronts = Array.from({ length: 8 }, (_, value) => first(three, value)[0]!.at(-1));
    expect(fronts.join('')).toBe('11222223');
    expect(first(three, 7)).toEqual(['192.0.2.3', '192.0.2.2', '192.0.2.1']);
  });

  it('knows names in any case, behind a CNAME, and both families', () => {
    const aliased = [cname('a.org', 'B.org'), aaaa('B.org', 1), aaaa('B.org', 2)];
    expect(first(aliased, 2, 'AAAA')).toEqual(['B.org.', '2001:db8::1', '2001:db8::2']);
    expect(first(aliased, 3, 'AAAA')).toEqual(['B.org.', '2001:db8::2', '2001:db8::1']);
  });

  it('chooses among the additional addresses of SRV records', () => {
    expect(first([], 6, 'SRV', three)).toEqual(['192.0.2.2', '192.0.2.1', '192.0.2.3']);
    expect(first([], 11, 'SRV', [...three, aaaa('b.org', 2)])[0]).toBe('2001:db8::2');
  });

  it('brings CNAMEs to the front where there are addresses', () => {
    expect(first([a('b.org', 1), cname('a.org', 'b.org')], 0)).toEqual(['b.org.', '192.0.2.1']);
  });

  it.each<[string, Answer[], TypeOption]>([
    ['other types', [mx('x.org'), mx('y.org')], 'MX'],
    ['answers without addresses', [mx('x.org'), cname('a.org', 'b.org')], 'A'],
  ])('leaves %s as they are', (_, answers, type) => {
    const before = message(answers);
    expect([...balanced(before, { config, type, weights: weightsOf(file) })]).toEqual([...before]);
  });

  it('prefers networks among what is weighed', () => {
    const prefer = [{ address: '192.0.2.3', prefixLength: 32, family: 4 }] as const;
    const reply = balanced(message(three), {
      config: { ...config, prefer },
      random: () => 2,
      weights: weightsOf(file),
    });
    expect(words(read(reply).answer)[0]).toBe('a.org. 192.0.2.3');
  });
});

function control(text: string | undefined, lines = 'loadbalance weighted FILE') {
  const fileSystem = new MemoryFile(text);
  const { config: parsed } = parseDirective<LoadbalanceConfig>(
    loadbalancePlugin,
    lines.replace('FILE', fileSystem.path),
  );
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const published: string[] = [];
  const host = {
    clock,
    logger,
    isReadOnly: false,
    activities: new Activities(),
    publish: (block: number, data: unknown) => published.push(`${block}: ${[...(data as Weights).keys()].join(' ')}`),
  } as unknown as Host;
  const position = { file: 'Corefile', line: 2, column: 1 };
  const made = weightsControl([{ block: 3, view: '', zones: ['.'], config: parsed, position }], host, fileSystem);
  onTestFinished(() => made.stop?.());
  const messages = () => logger.lines.map(({ level, message: line }) => `${level}: ${line}`);
  return { start: () => made.start?.(), fileSystem, clock, published, messages };
}

describe('the weight file', () => {
  it('is published at the start, and again when it changes', () => {
    const { start, fileSystem, clock, published, messages } = control(file);
    void start();
    fileSystem.write('# Others, in about as many octets as before\nc.org\n192.0.2.1 1\nd.org\n192.0.2.1 1\n');
    clock.advance(debounceMs);
    expect(published).toEqual(['3: a.org. b.org.', '3: c.org. d.org.']);
    expect(messages()).toEqual([`info: plugin/loadbalance: ${fileSystem.path} was read again`]);
  });

  it('keeps what it had while it is wrong or gone, and says so once', () => {
    const { start, fileSystem, clock, published, messages } = control(file);
    void start();
    for (const text of ['a.org\n192.0.2.1 900000000000\n', `${file}x y\n`, undefined]) {
      fileSystem.write(text);
      clock.advance(60_000);
    }
    expect(published).toHaveLength(1);
    expect(messages()).toEqual([
      `warning: plugin/loadbalance: ${fileSystem.path} cannot be used: line 2: a weight must be from 1 to 255, found '900000000000'; what was read before stays in use`,
      `warning: plugin/loadbalance: ${fileSystem.path} cannot be used: line 11: expected an address before the weight, found 'x'; what was read before stays in use`,
      `warning: plugin/loadbalance: ${fileSystem.path} does not exist; what was read before stays in use`,
    ]);
  });

  it('may come later', () => {
    const { start, fileSystem, clock, published, messages } = control(undefined);
    void start();
    expect(messages()).toEqual([`warning: plugin/loadbalance: ${fileSystem.path} does not exist; all weights are 1`]);
    fileSystem.write(file);
    clock.advance(debounceMs);
    expect(published).toHaveLength(1);
  });

  it.each([
    ['wrong', 'x y\n', 'loadbalance weighted FILE', /cannot be used: line 1/],
    ['not there and never looked at again', undefined, 'loadbalance weighted FILE {\nreload 0\n}', /does not exist/],
  ])('stops the start where it is %s', (_, text, lines, problem) => {
    const { start, fileSystem, clock } = control(text, lines);
    expect(start).toThrow(problem);
    expect([fileSystem.watchers, clock.pending]).toEqual([0, 0]);
  });

  it('is none of round_robin', () => {
    const { start, published, messages } = control(undefined, 'loadbalance');
    void start();
    expect([published, messages()]).toEqual([[], []]);
  });
});
