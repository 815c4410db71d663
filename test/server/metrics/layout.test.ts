import { makePlugins } from '../../../src/plugins/plugins.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counterCount } from '../../../src/server/counters.ts';
import { metricsLayout, serverLabel } from '../../../src/server/metrics/layout.ts';
import { zoneSeries } from '../../../src/server/metrics/series.ts';
import { configOfText } from '../../support/running.ts';

describe('the layout', () => {
  it('has a run for each zone at each listener of a block with prometheus, and one for what is dropped there', () => {
    const { zones, length } = metricsLayout(
      configOfText('a.org:1 b.org:2 {\nprometheus\nwhoami\n}\nc.org:2 d.org:3 {\nwhoami\n}\n'),
      makePlugins(),
    );
    expect(zones.map(({ listener, zone }) => [listener, zone?.name, zone?.block])).toEqual([
      [0, 'a.org.', 0],
      [0, undefined, undefined],
      [1, 'b.org.', 0],
      [1, undefined, undefined],
    ]);
    expect(length).toBe(counterCount + 4 * zoneSeries.length);
  });

  it('has no zones without the directive, and what plugins count all the same', () => {
    const { zones, plugins } = metricsLayout(configOfText('a.org:1 {\nforward . 10.0.0.1\n}\n'), makePlugins());
    expect([zones, plugins.map(({ name }) => name)]).toEqual([[], ['forward']]);
  });

  it('has runs that follow each other without a gap', () => {
    const block = fc.record({
      isCounted: fc.boolean(),
      ports: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      upstreams: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 5 }), (blocks) => {
        const text = blocks.map(({ isCounted, ports, upstreams }, index) => {
          const keys = ports.map((port) => `z${index}.org:${port}`).join(' ');
          const forward = upstreams > 0 ? `forward . ${' 10.0.0.1'.repeat(upstreams)}\n` : '';
          return `${keys} {\n${isCounted ? 'prometheus\n' : ''}${forward}whoami\n}\n`;
        });
        const { zones, plugins, length } = metricsLayout(configOfText(text.join('')), makePlugins());
        let at = counterCount;
        for (const run of zones) {
          expect(run.at).toBe(at);
          at += zoneSeries.length;
        }
        for (const run of plugins) {
          expect(run.at).toBe(at);
          at += run.length;
        }
        expect(length).toBe(at);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the server label', () => {
  it.each([
    ['', 53, 'dns://:53'],
    ['127.0.0.1', 1053, 'dns://127.0.0.1:1053'],
    ['::1', 53, 'dns://[::1]:53'],
  ])('of %j and %i is %s', (address, port, label) => {
    expect(serverLabel({ scheme: 'dns', address, port, zones: [] })).toBe(label);
  });
});
