import { expect, it } from 'vitest';
import { freePorts } from './free-ports.ts';

it('gives nobody a port that somebody has got before, though nothing listens on it', async () => {
  const groups = await Promise.all(Array.from({ length: 60 }, () => freePorts(30)));
  const ports = groups.flat();
  expect(new Set(ports).size).toBe(ports.length);
});
