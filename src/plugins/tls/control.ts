import { randomBytes } from 'node:crypto';
import { errorMessage } from '../../runtime/errors.ts';
import { PluginError, type Control, type Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import { CertificateReloader } from './certificate-reloader.ts';
import { tlsName, type TlsConfig } from './config.ts';

/** Reads the files of all `tls` lines, lines that say the same once, and keeps them up to date. */
export function tlsControl(uses: readonly Use<TlsConfig>[], host: Host): Control {
  const { clock, logger } = host;
  const reloaders: CertificateReloader[] = [];
  return {
    start() {
      for (const [name, use] of new Map(uses.map((each) => [tlsName(each.config), each]))) {
        const reloader = new CertificateReloader(use.config, {
          clock,
          logger,
          readFile: (path) => host.readFile(path),
          randomBytes,
          publish: (material) => host.publishTls(name, material),
        });
        reloaders.push(reloader);
        try {
          reloader.start();
        } catch (error) {
          throw new PluginError(use, errorMessage(error), { cause: error });
        }
      }
    },
    metrics() {
      // Two lines may have one certificate.
      const ends = (): Map<string, number> => new Map(reloaders.map(({ file, expiresMs }) => [file, expiresMs]));
      return [
        {
          name: 'coredns_tls_certificate_expiry_timestamp_seconds',
          help: 'Unix time when the certificate that is used ends.',
          type: 'gauge',
          samples: () => Array.from(ends(), ([file, ms]) => ({ labels: { file }, value: ms / 1000 })),
        },
      ];
    },
    stop() {
      for (const reloader of reloaders) reloader.stop();
    },
  };
}
