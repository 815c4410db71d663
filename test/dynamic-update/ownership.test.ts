import { describe, expect, it } from 'vitest';
import { decodeOwnership, encodeOwnership, ownedBy, ownershipName } from '../../src/dynamic-update/ownership.ts';
import { decodeText, encodeText } from '../../src/dynamic-update/record-data.ts';

// As external-dns's NewAffixNameMapper("", "", "").ToTXTName and Labels.SerializePlain have them (registry/mapper, endpoint/labels.go).
describe('names', () => {
  it.each([
    ['db.example.org.', 'A', 'a-db.example.org.'],
    ['db.example.org.', 'AAAA', 'aaaa-db.example.org.'],
    ['_http._tcp.db.example.org.', 'SRV', 'srv-_http._tcp.db.example.org.'],
    ['*.example.org.', 'A', 'a-*.example.org.'],
    ['db.example.org.', 'CNAME', 'cname-db.example.org.'],
    ['7.2.0.192.in-addr.arpa.', 'PTR', 'ptr-7.2.0.192.in-addr.arpa.'],
  ] as const)('of %s %s', (name, type, mark) => {
    expect(ownershipName(name, type)).toBe(mark);
    expect(ownedBy(mark)).toEqual({ name, type });
  });

  it.each(['db.example.org.', 'txt-db.example.org.', 'mx-db.example.org.'])('%s is none of ours', (name) => {
    expect(ownedBy(name)).toBeUndefined();
  });

  it('has a label of 63 octets at the most', () => {
    expect(ownershipName(`${'x'.repeat(61)}.example.org.`, 'A')).toHaveLength(76);
    expect(ownershipName(`${'x'.repeat(62)}.example.org.`, 'A')).toBeUndefined();
  });
});

describe('texts', () => {
  it('are those of external-dns', () => {
    const rdata = encodeOwnership({ owner: 'mesh-1', resource: 'serviceentry/shop/db' });
    expect(decodeText(rdata)).toBe(
      'heritage=external-dns,external-dns/owner=mesh-1,external-dns/resource=serviceentry/shop/db',
    );
    expect(decodeOwnership(rdata)).toEqual({ owner: 'mesh-1', resource: 'serviceentry/shop/db' });
  });

  it('of long names take several character strings', () => {
    const resource = `serviceentry/${'n'.repeat(63)}/${'x'.repeat(253)}`;
    const rdata = encodeOwnership({ owner: 'mesh-1', resource });
    expect(rdata[0]).toBe(255);
    expect(decodeOwnership(rdata)).toEqual({ owner: 'mesh-1', resource });
  });

  it.each([
    ['"heritage=external-dns,external-dns/owner=default,external-dns/resource=service/a/b"', 'default', 'service/a/b'],
    // Others write more fields, in any order.
    ['heritage=external-dns,external-dns/resource=x,external-dns/owner=b,external-dns/targets=c', 'b', 'x'],
    ['heritage=external-dns', '', ''],
  ])('of others are read: %s', (text, owner, resource) => {
    expect(decodeOwnership(encodeText(text))).toEqual({ owner, resource });
  });

  it.each(['v=spf1 -all', '', 'heritage=external-dns2,external-dns/owner=a', 'x,external-dns/owner=a'])(
    'about something else are none: %s',
    (text) => {
      expect(decodeOwnership(encodeText(text))).toBeUndefined();
    },
  );

  it('that are malformed are none', () => {
    expect(decodeOwnership(Uint8Array.of(200, 1, 2))).toBeUndefined();
  });
});
