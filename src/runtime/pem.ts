import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { errorMessage } from './errors.ts';

const pemCertificate =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** All certificates of a PEM text, one at least; or why there are none, to be put behind the file's name. */
export function readCertificates(pem: string): readonly X509Certificate[] | string {
  const blocks = pem.match(pemCertificate) ?? [];
  if (blocks.length === 0) {
    const hint = pem.includes('PRIVATE KEY-----') ? ', but a private key' : '';
    return `has no PEM certificate in it${hint}`;
  }
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return 'has a PEM certificate that cannot be read';
  }
}

/** The private key of a PEM text; or why there is none, to be put behind the file's name. */
export function readPrivateKey(pem: string): KeyObject | string {
  try {
    return createPrivateKey(pem);
  } catch {
    if (pem.includes('ENCRYPTED')) return 'has a private key that is encrypted; expected one without a passphrase';
    if (pem.includes('PRIVATE KEY-----')) return 'has a PEM private key that cannot be read';
    const hint = pem.includes('CERTIFICATE-----') ? ', but a certificate' : '';
    return `has no PEM private key in it${hint}`;
  }
}

/** Why TLS cannot use these texts although each of them can be read; `undefined` where it can. */
export function whyUnusable(texts: {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly ca?: string | readonly string[] | undefined;
}): string | undefined {
  try {
    const { ca, ...pair } = texts;
    createSecureContext({ ...pair, ca: ca === undefined || typeof ca === 'string' ? ca : [...ca] });
    return undefined;
  } catch (error) {
    // Such as a key that is too short for today's OpenSSL.
    return `cannot be used: ${errorMessage(error)}`;
  }
}
