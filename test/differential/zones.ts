import type { Behaviour } from '../support/fake-upstream.ts';

/** `nN.example.` has N addresses, each in 16 octets. */
export const manyAddresses: Behaviour = (query) => {
  const { name, bytes } = query;
  const count = Number(/^n(\d+)/.exec(name)?.[1] ?? 1);
  const questionEnd = bytes.indexOf(0, 12) + 5;
  const header = Buffer.from(bytes.subarray(0, questionEnd));
  header.writeUInt16BE(0x8080 | (header.readUInt16BE(2) & 0x0110), 2);
  header.writeUInt16BE(count, 6);
  header.writeUInt16BE(0, 10);
  const records = Array.from({ length: count }, (_, i) => [
    0xc0,
    12,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    60,
    0,
    4,
    192,
    0,
    i >> 8,
    i & 255,
  ]);
  query.send(Buffer.concat([header, ...records.map((record) => Buffer.from(record))]));
};

/** What most upstreams of the cases have. */
export const exampleZone = `
www.example. 300 IN A 192.0.2.1
www.example. 300 IN A 192.0.2.2
www.example. 300 IN AAAA 2001:db8::1
alias.example. 200 IN CNAME www.example.
chain.example. 100 IN CNAME alias.example.
mail.example. 300 IN MX 10 mx1.example.
mail.example. 300 IN MX 20 mx2.example.
mx1.example. 300 IN A 192.0.2.25
_http._tcp.example. 300 IN SRV 0 5 80 www.example.
text.example. 60 IN TXT "v=1" "second part"
one.example. 60 IN A 192.0.2.3
short.example. 1 IN A 192.0.2.4
zero.example. 0 IN A 192.0.2.5
long.example. 86400 IN A 192.0.2.6
wide.example. 300 IN A 192.0.2.7
a.deep.example. 300 IN A 192.0.2.8
*.wild.example. 300 IN A 192.0.2.9
1.2.0.192.in-addr.arpa. 300 IN PTR www.example.
fail.example. SERVFAIL
refused.example. REFUSED
cluster.local. 30 IN A 10.96.0.1
db.cluster.local. 30 IN A 10.96.0.2
`;

export const otherZone = `
www.example. 300 IN A 198.51.100.1
other.example. 300 IN A 198.51.100.2
www.other. 300 IN A 198.51.100.3
`;
