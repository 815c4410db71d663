import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { errorMessage, fileErrorText } from '../../runtime/errors.ts';
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

  const [certificate] = certificatesOf(cert, 'certFile', faults);
  const privateKey = privateKeyOf(key, faults);
  if (ca !== undefined) certificatesOf(ca, 'caFile', faults);
  if (certificate && privateKey && !certificate.checkPrivateKey(privateKey)) {
    faults.push({ file: 'keyFile', reason: `is not the key of the certificate in ${config.certFile}` });
  }
  if (!certificate || faults.length > 0) return { faults };
  const expiresMs = Date.parse(certificate.validTo);
  // OpenSSL reads such a certificate, and says 'Bad time value' of it.
  if (Number.isNaN(expiresMs))
    return { faults: [{ file: 'certFile', reason: 'has a certificate without a good end' }] };
  const files = { cert, key, ca };
  try {
    createSecureContext({ cert, key, ca: ca ?? [] });
  } catch (error) {
    // Such as a key that is too short for today's OpenSSL.
    return { faults: [{ file: 'certFile', reason: `cannot be used: ${errorMessage(error)}` }] };
  }
  return { files, expiresMs };
}

const pemCertificate =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

function certificatesOf(pem: string, file: TlsFault['file'], faults: TlsFault[]): X509Certificate[] {
  const blocks = pem.match(pemCertificate) ?? [];
  try {
    if (blocks.length > 0) return blocks.map((block) => new X509Certificate(block));
    const hint = pem.includes('PRIVATE KEY-----') ? ', but a private key' : '';
    faults.push({ file, reason: `has no PEM certificate in it${hint}` });
  } catch {
    faults.push({ file, reason: 'has a PEM certificate that cannot be read' });
  }
  return [];
}

function privateKeyOf(pem: string, faults: TlsFault[]): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    let reason = 'has no PEM private key in it';
    if (pem.includes('ENCRYPTED')) reason = 'has a private key that is encrypted; expected one without a passphrase';
    else if (pem.includes('PRIVATE KEY-----')) reason = 'has a PEM private key that cannot be read';
    else if (pem.includes('CERTIFICATE-----')) reason += ', but a certificate';
    faults.push({ file: 'keyFile', reason });
    return undefined;
  }
}
