import type { Family } from '../../../runtime/metrics/family.ts';
import type { Reloader } from './reloader.ts';

/** Which configuration runs, and what became of the attempts to load another one; the first two are CoreDNS's. */
export function reloadFamilies(reloader: Pick<Reloader, 'hash' | 'loadedMs' | 'failures' | 'hasFailed'>): Family[] {
  const one = (name: string, help: string, type: 'counter' | 'gauge', value: () => number): Family => ({
    name,
    help,
    type,
    samples: () => [{ labels: {}, value: value() }],
  });
  return [
    one(
      'coredns_reload_failed_total',
      'Reloads that failed: the configuration went on as before.',
      'counter',
      () => reloader.failures,
    ),
    {
      name: 'coredns_reload_version_info',
      help: 'Always 1; the labels have the hash of the configuration that runs.',
      type: 'gauge',
      samples: () => (reloader.hash === '' ? [] : [{ labels: { hash: 'sha512', value: reloader.hash }, value: 1 }]),
    },
    one(
      'coredns_reload_last_success_timestamp_seconds',
      'When the configuration that runs was loaded, in Unix time.',
      'gauge',
      () => reloader.loadedMs / 1000,
    ),
    one('coredns_reload_last_successful', '1 if the last reload was successful, 0 if it failed.', 'gauge', () =>
      reloader.hasFailed ? 0 : 1,
    ),
  ];
}
