import { domainToASCII } from 'node:url';
import { canonicalAddress } from '../../wire/address.ts';
import { isWildcard } from '../model/host.ts';

/**
 * Whether somebody who wrote this as a host or an address may have meant the name (lower-case, without trailing dot) or the
 * address (canonical) that is queried: compared without scheme, port, path, blanks and case, `_` like `-`, and
 * internationalised names in the form that DNS has. A wildcard means every name below it.
 */
export function isMeant(written: string, queried: string): boolean {
  const core = coreOf(written);
  const address = canonicalAddress(core);
  if (address !== undefined) return address === queried;
  const host = hyphened(core);
  const name = hyphened(queried);
  if (host === '') return false;
  if (host === name || host === '*') return true;
  if (isWildcard(host)) return name.endsWith(host.slice(1));
  const star = host.indexOf('*');
  return star >= 0 && name.startsWith(host.slice(0, star)) && name.endsWith(host.slice(star + 1));
}

/** A host or an address without the rest of a URL. */
function coreOf(written: string): string {
  const text = written.replaceAll(/\s/g, '').toLowerCase();
  const behindScheme = text.replace(/^[a-z][a-z0-9+.-]*:\/\//, '').replace(/^[^/?#]*@/, '');
  const authority = behindScheme.replace(/[/?#].*$/, '');
  if (canonicalAddress(authority) !== undefined) return authority;
  const bracketed = /^\[([^\]]*)\]/.exec(authority);
  if (bracketed) return bracketed[1]!;
  const name = authority.replace(/:[^:]*$/, '').replace(/^\.+|\.+$/g, '');
  return isAscii(name) ? name : domainToASCII(name) || name;
}

function hyphened(name: string): string {
  return name.replaceAll('_', '-');
}

function isAscii(text: string): boolean {
  return !/[^ -~]/.test(text);
}
