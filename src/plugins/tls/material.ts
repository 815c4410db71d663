import { fileErrorText } from '../../runtime/errors.ts';
import { readCertificates, readPrivateKey, whyUnusable } from '../../runtime/pem.ts';
import type { TlsConfig } from './config.ts';

/** What is in the files of a `tls` line, as text. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
}

/** What is wrong with the files of a `tls` line. */
export interface TlsFault {
  readonly file: 'certFile' | 'keyFile' | 'caFile';
  /** To be put behind the file's name: `is no PEM certificate`. */
  readonly reason: string;
}

export type TlsReading =
  { readonly files: TlsFiles; readonly expiresMs: number } | { readonly faults: readonly TlsFault[] };

/** Reads and checks the files of a `tls` line. `readFile` throws as node:fs does. */
export function readTlsFiles(config: TlsConfig, readFile: (path: string) => string): TlsReading {
  const faults: TlsFault[] = [];
  const read = (file: TlsFault['file'], path: string): string => {
    try {
      return readFile(path);
    } catch (error) {
      faults.push({ file, reason: fileErrorText(error) });
      return '';
    }
  };
  const cert = read('certFile', config.certFile);
  const key = read('keyFile', config.keyFile);
  const ca = config.caFile === undefined ? undefined : read('caFile', config.caFile);
  if (faults.length > 0) return { faults };

  const take = <Value>(file: TlsFault['file'], value: Value | string): Value | undefined => {
    if (typeof value !== 'string') return value;
    faults.push({ file, reason: value });
    return undefined;
  };
  const certificate = take('certFile', readCertificates(cert))?.[0];
  const privateKey = take('keyFile', readPrivateKey(key));
  if (ca !== undefined) take('caFile', readCertificates(ca));
  if (certificate && privateKey && !certificate.checkPrivateKey(privateKey)) {
    faults.push({ file: 'keyFile', reason: `is not the key of the certificate in ${config.certFile}` });
  }
  if (!certificate || faults.length > 0) return { faults };
  const expiresMs = Date.parse(certificate.validTo);
  // OpenSSL reads such a certificate, and says 'Bad time value' of it.
  if (Number.isNaN(expiresMs))
    return { faults: [{ file: 'certFile', reason: 'has a certificate without a good end' }] };
  const files = { cert, key, ca };
  const reason = whyUnusable({ cert, key, ca: ca ?? [] });
  if (reason !== undefined) return { faults: [{ file: 'certFile', reason }] };
  return { files, expiresMs };
}
