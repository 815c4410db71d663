import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadStreamError } from '../../src/kubernetes/api-errors.ts';
import { parseJson } from '../../src/kubernetes/lines.ts';
import { readEvent } from '../../src/kubernetes/watch-events.ts';

describe('events', () => {
  test('are read or refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.anything(), (text, value) => {
        for (const read of [() => readEvent(parseJson(text)), () => readEvent({ type: 'ADDED', object: value })]) {
          try {
            expect(read().type).toMatch(/^[A-Z]+$/);
          } catch (error) {
            expect(error).toBeInstanceOf(BadStreamError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('that are errors carry what a Status says', () => {
    const object = { kind: 'Status', code: 429, message: 'slow\ndown', details: { retryAfterSeconds: 3 } };
    const expected = { type: 'ERROR', status: 429, message: 'slow down', retryAfterMs: 3000 };
    expect(readEvent({ type: 'ERROR', object })).toEqual(expected);
    expect(readEvent({ type: 'ERROR', object: { code: 'x' } })).toMatchObject({ status: 500 });
  });
});
