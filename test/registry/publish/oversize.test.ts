import { expect, test } from 'vitest';
import { endpoint, RegistryHarness, serviceEntry } from '../harness.ts';

const addresses = (count: number): string[] => Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}`);

test('more addresses than a message holds are served cut, with one warning', () => {
  const harness = new RegistryHarness();
  const warnings = (): string[] =>
    harness.logger.lines.flatMap(({ level, message }) => (level === 'warning' ? [message] : []));
  const entry = (count: number, ttl: number): ReturnType<typeof serviceEntry> =>
    serviceEntry('many', { endpoints: addresses(count).map((ip) => endpoint(ip)), ttl });

  harness.upsert(entry(4078, 1));
  expect(warnings()).toEqual([]);
  harness.upsert(entry(4079, 2));
  harness.upsert(entry(4079, 3));
  expect(warnings()).toHaveLength(1);
  expect(warnings()[0]).toMatch(
    /host \S+ has 4079 addresses of one family, more than a message holds: answers are cut/,
  );
  harness.upsert(entry(1, 4));
  harness.upsert(entry(4096, 5));
  expect(warnings()).toHaveLength(2);
});

test('SRV records of one name that a message does not hold are told too', () => {
  const harness = new RegistryHarness();
  const warnings = (): string[] =>
    harness.logger.lines.flatMap(({ level, message }) => (level === 'warning' ? [message] : []));
  const ports = [{ name: 'http', number: 80, isUdp: false, targetPort: undefined }];
  harness.upsert(serviceEntry('many', { endpoints: addresses(1000).map((ip) => endpoint(ip)), ports }));
  expect(warnings()).toEqual([]);
  harness.upsert(serviceEntry('many', { endpoints: addresses(2500).map((ip) => endpoint(ip)), ports }));
  expect(warnings()).toMatchObject([
    expect.stringMatching(/has 2500 SRV records of one name, more than a message holds/),
  ]);
});

test('with max_records that fit nothing is cut', () => {
  const harness = new RegistryHarness({ maxRecords: 1000 });
  const ports = [{ name: 'http', number: 80, isUdp: false, targetPort: undefined }];
  harness.upsert(serviceEntry('many', { endpoints: addresses(4096).map((ip) => endpoint(ip)), ports }));
  expect(harness.logger.lines.filter(({ level }) => level === 'warning')).toEqual([]);
});
