import { describe, expect, test } from 'vitest';
import { CertificateReloader } from '../../../src/plugins/tls/certificate-reloader.ts';
import type { TlsMaterial } from '../../../src/plugins/control.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { cert, key } from '../../support/tls/files.ts';

const hourMs = 3_600_000;

function open(files: Record<string, string>, epochMs?: number) {
  const clock = new FakeClock(epochMs);
  const logger = new RecordingLogger();
  const published: TlsMaterial[] = [];
  let made = 0;
  const keeper = new CertificateReloader(
    { certFile: 'cert', keyFile: 'key', caFile: 'ca' in files ? 'ca' : undefined, clientAuth: 'nocert' },
    {
      clock,
      logger,
      readFile(path) {
        const text = files[path];
        if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
        return text;
      },
      randomBytes: (size) => new Uint8Array(size).fill(++made),
      publish: (material) => published.push(material),
    },
  );
  const lines = (): string[] => logger.lines.splice(0).map(({ level, message }) => `${level}: ${message}`);
  return { keeper, clock, published, lines };
}

const good = { cert: cert('server'), key: key('server') };

/** The certificate with an end that is no time: month 99. */
function withBadEnd(pem: string): string {
  const der = Buffer.from(pem.replace(/-----.*-----|\s/g, ''), 'base64');
  // UTCTime or GeneralizedTime; the second one is the end.
  const times = [...der.toString('latin1').matchAll(/(?:\x17\x0d\d{2}|\x18\x0f\d{4})(?=\d{10}Z)/g)];
  const { index, 0: before } = times[1]!;
  der.write('99', index + before.length, 'latin1');
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

describe('the files of a tls line', () => {
  test('are published at the start, with a key for tickets', () => {
    const { keeper, published, lines } = open({ ...good, ca: cert('ca') });
    keeper.start();
    expect(published).toEqual([{ ...good, ca: cert('ca'), ticketKeys: new Uint8Array(48).fill(1) }]);
    expect(lines()).toEqual([]);
  });

  test.each([
    [{ cert: cert('server') }, 'tls: key does not exist'],
    [{ ...good, key: key('renewed') }, 'tls: key is not the key of the certificate in cert'],
    [{ ...good, cert: 'x' }, 'tls: cert has no PEM certificate in it'],
    [
      { ...good, cert: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
      'tls: cert has a PEM certificate that cannot be read',
    ],
    [{ ...good, ca: 'x' }, 'tls: ca has no PEM certificate in it'],
    [{ ...good, cert: withBadEnd(good.cert) }, 'tls: cert has a certificate without a good end'],
  ])('fail the start where they cannot be used (%#)', (files, message) => {
    const { keeper, clock, published } = open(files);
    expect(() => keeper.start()).toThrow(message);
    expect([published, clock.pending]).toEqual([[], 0]);
  });

  test('are read every 10 s, and published when they have changed', () => {
    const files = { ...good };
    const { keeper, clock, published, lines } = open(files);
    keeper.start();
    clock.advance(60_000);
    expect(published).toHaveLength(1);
    Object.assign(files, { cert: cert('renewed'), key: key('renewed') });
    clock.advance(10_000);
    expect(published.slice(1)).toEqual([
      { cert: cert('renewed'), key: key('renewed'), ca: undefined, ticketKeys: new Uint8Array(48).fill(2) },
    ]);
    expect(lines()).toEqual([
      expect.stringMatching(/^info: plugin\/tls: cert was read again, it is good until 21\d\d-/),
    ]);
    keeper.stop();
    expect(clock.pending).toBe(0);
  });

  test('that are replaced one after the other are used when they fit, and nothing is logged', () => {
    const files = { ...good };
    const { keeper, clock, published, lines } = open(files);
    keeper.start();
    files.cert = cert('renewed');
    clock.advance(10_000);
    files.key = key('renewed');
    clock.advance(10_000);
    expect(published.map(({ cert: text }) => text)).toEqual([cert('server'), cert('renewed')]);
    expect(lines()).toEqual([expect.stringMatching(/^info: /)]);
  });

  test('that stay bad are logged once, and change nothing; the next fault is another', () => {
    const files: Record<string, string> = { ...good };
    const { keeper, clock, published, lines } = open(files);
    keeper.start();
    files.key = 'x';
    clock.advance(hourMs);
    expect(lines()).toEqual(['error: plugin/tls: key has no PEM private key in it; what was read before stays in use']);
    delete files.cert;
    clock.advance(hourMs);
    expect(lines()).toEqual(['error: plugin/tls: cert does not exist; what was read before stays in use']);
    Object.assign(files, good);
    clock.advance(hourMs);
    files.key = 'x';
    clock.advance(hourMs);
    expect(lines()).toHaveLength(1);
    // The same again, after it was mended, is told again.
    Object.assign(files, good);
    clock.advance(10_000);
    files.key = 'x';
    clock.advance(20_000);
    expect(lines()).toHaveLength(1);
    expect(published).toHaveLength(1);
  });
});

test('files with another fault at each look are told of', () => {
  const files: Record<string, string> = { ...good };
  const { keeper, clock, lines } = open(files);
  keeper.start();
  for (let look = 0; look < 6; look++) {
    files.key = look % 2 === 0 ? 'x' : key('renewed');
    clock.advance(10_000);
  }
  expect(lines()).toEqual([
    'error: plugin/tls: key is not the key of the certificate in cert; what was read before stays in use',
    'error: plugin/tls: key has no PEM private key in it; what was read before stays in use',
  ]);
});

test('keys for tickets are new every 12 hours', () => {
  const { keeper, clock, published } = open({ ...good });
  keeper.start();
  clock.advance(25 * hourMs);
  expect(published.map(({ ticketKeys }) => ticketKeys[0])).toEqual([1, 2, 3]);
  expect(new Set(published.map(({ cert: text }) => text)).size).toBe(1);
});

test('a certificate that nobody replaces is warned of in its last day, every hour, and when it has ended', () => {
  const endsMs = Date.UTC(2020, 1, 1);
  const { keeper, clock, lines } = open({ ...good, cert: cert('expired') }, endsMs - 25 * hourMs);
  keeper.start();
  expect(keeper.expiresMs).toBe(endsMs);
  clock.advance(hourMs - 10_000);
  expect(lines()).toEqual([]);
  clock.advance(10_000);
  const warning = 'warning: plugin/tls: the certificate in cert ends at 2020-02-01T00:00:00.000Z: replace it';
  expect(lines()).toEqual([warning]);
  clock.advance(2 * hourMs);
  expect(lines()).toEqual([warning, warning]);
  clock.advance(21 * hourMs);
  lines();
  clock.advance(hourMs);
  expect(lines()).toEqual([
    'warning: plugin/tls: the certificate in cert ended at 2020-02-01T00:00:00.000Z: replace it',
  ]);
});
