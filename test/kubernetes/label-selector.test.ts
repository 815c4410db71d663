import { expect, test } from 'vitest';
import { badRequirement } from '../../src/kubernetes/label-selector.ts';

test('label selectors', () => {
  const good = 'a,a=b,a==b,a!=b,!a,x.io/a=b,a in (b),a in (b, c),a notin (b,c),a=,n>5,n<5'.split(/,(?![^(]*\))/);
  for (const text of [...good, 'a=b,c in (d,e),!f']) expect(badRequirement(text), text).toBeUndefined();
  for (const text of ['', 'a b', 'a=(b)', 'a in b', 'a in (b', '=b', 'a=b=c', '-a', 'a/b/c', 'a,', 'n>x']) {
    expect(badRequirement(text), text).toBeDefined();
  }
});
