import { domainToASCII } from 'node:url';

/** The longest name in presentation form without the trailing dot: 255 octets of wire form (RFC 1035 section 2.3.4). */
export const maxHostLength = 253;
const maxLabelLength = 63;

export type NormalizedHost = { readonly host: string } | { readonly problem: string };

/**
 * Brings a host into the one form in which hosts are compared: one trailing dot dropped, ASCII lower-cased. Labels are
 * those of DNS-1123; a first label of exactly `*` makes a wildcard, and one that begins or ends with `*` is kept though
 * it never matches. `problem` completes the sentence "the host ... " for the user.
 */
export function normalizeHost(text: string): NormalizedHost {
  const end = text.endsWith('.') ? text.length - 1 : text.length;
  if (end <= 0) return { problem: 'is empty' };
  if (end > maxHostLength) return { problem: `is longer than ${maxHostLength} characters` };
  let hasUpper = false;
  let labelStart = 0;
  let isNumeric = true;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      const problem = labelProblem(text, labelStart, i);
      if (problem !== undefined) return { problem };
      labelStart = i + 1;
      isNumeric = true;
    } else if (isLetterOrHyphen(code)) {
      isNumeric = false;
      hasUpper ||= code >= 0x41 && code <= 0x5a;
    } else if (code === 0x2a) {
      isNumeric = false;
      if (labelStart > 0) return { problem: 'has a * behind its first label' };
    } else if (code < 0x30 || code > 0x39) {
      return { problem: characterProblem(text, code) };
    }
  }
  const problem = labelProblem(text, labelStart, end);
  if (problem !== undefined) return { problem };
  if (end === 1 && text.startsWith('*')) return { problem: 'is *, which would take every name; expected *.DOMAIN' };
  if (isNumeric) return { problem: 'ends in a label of digits only, as an IP address does; expected a name' };
  const host = end === text.length ? text : text.slice(0, end);
  return { host: hasUpper ? host.toLowerCase() : host };
}

/** The first label of a normalised host is exactly `*`. */
export function isWildcard(host: string): boolean {
  return host.startsWith('*.');
}

/** A normalised host like `*foo.com` or `foo*.com`: valid, but no name matches it. */
export function neverMatches(host: string): boolean {
  return host.includes('*') && !isWildcard(host);
}

/** A DNS-1123 label in lower case: letters, digits and hyphens, not at the ends, 1 to 63 of them. */
export function isLabel(text: string): boolean {
  if (text.length < 1 || text.length > maxLabelLength) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isInner = i > 0 && i < text.length - 1;
    if (!isLowerAlphanumeric(code) && !(code === 0x2d && isInner)) return false;
  }
  return true;
}

function labelProblem(text: string, start: number, end: number): string | undefined {
  if (start === end) return 'has an empty label';
  if (end - start > maxLabelLength) return `has a label of more than ${maxLabelLength} characters`;
  const starAtStart = text.charCodeAt(start) === 0x2a;
  const starAtEnd = text.charCodeAt(end - 1) === 0x2a;
  if (starAtStart && end - start === 1) return undefined;
  if (start === 0 && hasMisplacedStar(text, end, starAtStart, starAtEnd)) {
    return 'has a * inside a label; expected *.DOMAIN';
  }
  // Beside a star a hyphen is fine: `*-x.com`.
  if (text.charCodeAt(start) === 0x2d || text.charCodeAt(end - 1) === 0x2d) {
    return 'has a label that begins or ends with a hyphen';
  }
  return undefined;
}

/** A first label takes one star, at its start or its end. */
function hasMisplacedStar(text: string, end: number, starAtStart: boolean, starAtEnd: boolean): boolean {
  if (starAtStart && starAtEnd) return true;
  const star = text.indexOf('*', 1);
  return star > 0 && star < end - 1;
}

function characterProblem(text: string, code: number): string {
  if (text.includes('://')) return 'is a URL; expected a name without a URL';
  if (code === 0x5f) return 'contains _, which no host may; a hyphen may stand there';
  if (code === 0x3a) return 'contains a colon; expected a name without a port, and no IP address';
  if (code > 0x7f) return `contains a character outside ASCII; ${asciiHint(text)}`;
  if (code === 0x20 || code === 0x09) return 'contains a blank, which no host may';
  return `contains ${JSON.stringify(String.fromCharCode(code))}${text.includes('/') ? '; expected a name, no URL or path' : ''}`;
}

/** The A-label form (RFC 5890 section 2.3.2.1) is what Kubernetes takes and what is looked up in the DNS. */
function asciiHint(text: string): string {
  const ascii = domainToASCII(text);
  return ascii === '' ? 'expected the xn-- form' : `write ${ascii}`;
}

function isLetterOrHyphen(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x2d;
}

function isLowerAlphanumeric(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
}
