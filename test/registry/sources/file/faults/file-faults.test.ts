import { describe, expect, test } from 'vitest';
import type { Rejection } from '../../../../../src/registry/model/rejection.ts';
import { FileFaults, maxRejectionsPerFile } from '../../../../../src/registry/sources/file/faults/file-faults.ts';

function rejection(object: string, field = ''): Rejection {
  return { reason: 'object', object, field, message: 'bad', origin: 'a.yaml:1' };
}

describe('FileFaults', () => {
  test('an object that is left out whole is lost, one of which a part is left out is not', () => {
    const faults = new FileFaults('a.yaml');
    faults.add('x', 0, [rejection('ServiceEntry default/a', 'spec.hosts')], true);
    faults.add('y', 10, [rejection('ServiceEntry default/b', 'spec.hosts[1]')], false);
    expect([faults.isAnyLost, ...faults.lostKeys]).toEqual([false, 'ServiceEntry/default/a']);
    expect([faults.has(0), faults.has(5), faults.has(10)]).toEqual([true, false, true]);
  });

  test.each([rejection(''), rejection('ServiceEntry default/"A"', 'metadata.name')])(
    'what has no name may be any object',
    (nameless) => {
      const faults = new FileFaults('a.yaml');
      faults.add('x', 0, [nameless], true);
      expect([faults.isAnyLost, faults.lostKeys.size]).toEqual([true, 0]);
    },
  );

  test('no more than so many are kept, and the others are counted', () => {
    const faults = new FileFaults('a.yaml');
    for (let at = 0; at < maxRejectionsPerFile + 3; at++) faults.add('x', at, [rejection(`Pod default/p${at}`)], true);
    expect(faults.count).toBe(maxRejectionsPerFile + 3);
    expect(faults.rejections.length).toBe(maxRejectionsPerFile + 1);
    expect(faults.rejections.at(-1)?.rejection.message).toBe('3 more parts of this file are left out');
    expect([faults.isAnyLost, faults.lostKeys.size]).toEqual([true, maxRejectionsPerFile]);
  });
});
