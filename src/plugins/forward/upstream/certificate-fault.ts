import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** Octets of a name of a certificate that are told: it is the server's text. */
const maxNameLength = 100;

/**
 * Why the certificate of an upstream is not taken, in words for a log line. `identity` is the name or address that it should be
 * for.
 */
export function describeCertificateFault(socket: TLSSocket, identity: string): string {
  // It is a code where OpenSSL found the fault.
  const code = String(socket.authorizationError);
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return 'the server has shown no certificate';
  const names = namesOf(certificate);
  const whose = `the certificate of ${names}`;
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate is for ${names}, and not for ${identity}`;
    case 'CERT_HAS_EXPIRED':
      // Which one of the chain, OpenSSL does not say; it has compared with the system's time as well.
      if (Date.parse(certificate.validTo) >= Date.now()) return `a certificate above that of ${names} has expired`;
      return `${whose} expired on ${dateOf(certificate.validTo)}`;
    case 'CERT_NOT_YET_VALID':
      if (Date.parse(certificate.validFrom) <= Date.now())
        return `a certificate above that of ${names} is not valid yet`;
      return `${whose} is not valid before ${dateOf(certificate.validFrom)}`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return `${whose} is signed by itself, and no CA that is trusted`;
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `${whose} is signed by ${commonNameOf(certificate.issuer)}, which is no CA that is trusted`;
    default:
      return `${whose} is not valid (${code})`;
  }
}

/** The names and addresses that it is for (RFC 6125), else that of its subject. */
function namesOf({ subjectAltName, subject }: X509Certificate): string {
  if (subjectAltName === undefined) return commonNameOf(subject);
  return printable(subjectAltName.replace(/\b(DNS|IP Address):/g, ''));
}

/** The `CN` of a distinguished name, one attribute a line; all of it where there is none. */
function commonNameOf(name: string): string {
  return printable(/^CN=(.*)$/m.exec(name)?.[1] ?? name.replaceAll('\n', ', '));
}

function printable(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]/g, '?');
  return clean.length > maxNameLength ? `${clean.slice(0, maxNameLength)}…` : clean;
}

/** `2020-02-01`, from `Feb  1 00:00:00 2020 GMT`. */
function dateOf(text: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString().slice(0, 10);
}
