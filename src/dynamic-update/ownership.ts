import { decodeText, encodeText } from './record-data.ts';
import { keptTypes, type KeptType } from './record-set.ts';

/*
 * Whose an RRset is stands in a TXT record beside it, in the form of external-dns's TXT registry (docs/registry/txt.md there, the
 * only form since its version 0.18), so that each leaves alone what is the other's:
 *
 *     db.example.org.    30 IN A   192.0.2.7
 *     a-db.example.org.  30 IN TXT "heritage=external-dns,external-dns/owner=mesh-1,external-dns/resource=serviceentry/shop/db"
 *
 * The name is that of the RRset with the type before its first label.
 */

const heritage = 'heritage=external-dns';
const ownerField = 'external-dns/owner=';
const resourceField = 'external-dns/resource=';
/** Octets of a label. */
const maxLabel = 63;

/** What an ownership record says. */
export interface Ownership {
  /** '' where none is named. */
  readonly owner: string;
  readonly resource: string;
}

/** The name of the ownership record of an RRset; `undefined` where its first label is too long for it. */
export function ownershipName(name: string, type: KeptType): string | undefined {
  const label = `${type.toLowerCase()}-${name.slice(0, name.indexOf('.'))}`;
  return label.length > maxLabel ? undefined : `${type.toLowerCase()}-${name}`;
}

/** The RRset that an ownership record of this name belongs to; `undefined` where it is none of ours. */
export function ownedBy(ownershipName: string): { readonly name: string; readonly type: KeptType } | undefined {
  for (const type of keptTypes) {
    const prefix = `${type.toLowerCase()}-`;
    if (ownershipName.startsWith(prefix)) return { name: ownershipName.slice(prefix.length), type };
  }
  return undefined;
}

/** RDATA of an ownership record. */
export function encodeOwnership({ owner, resource }: Ownership): Uint8Array {
  return encodeText(`${heritage},${ownerField}${owner},${resourceField}${resource}`);
}

/** What the RDATA of a TXT record says of ownership; `undefined` where it is about something else. */
export function decodeOwnership(rdata: Uint8Array): Ownership | undefined {
  const text = decodeText(rdata);
  // external-dns writes quotes into the text where its provider wants them.
  const fields = text?.replace(/^"(.*)"$/s, '$1').split(',');
  if (!fields?.includes(heritage)) return undefined;
  const field = (prefix: string): string => fields.find((each) => each.startsWith(prefix))?.slice(prefix.length) ?? '';
  return { owner: field(ownerField), resource: field(resourceField) };
}
