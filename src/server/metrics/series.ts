import { rrType } from '../../wire/codes.ts';
import { rcodeSlots } from '../../wire/rcode-slots.ts';
import { histogramLength, timeBoundsMs } from '../../runtime/metrics/histogram.ts';
import { sizesLength } from './sizes.ts';

// What is counted of the queries of one zone at one listener, as offsets in a run of numbers. The size does not depend on
// what clients send: types outside of the list are counted as one.
//
//     requests    protocol × family × type
//     duration    histogram
//     request size, response size    sizes per protocol
//     DO bit
//     responses   by RCODE

/** The `type` label; what is not in the list is `other`, the last. The list is CoreDNS's. */
export const typeLabels = [
  ...([
    'A',
    'AAAA',
    'CNAME',
    'DNSKEY',
    'DS',
    'MX',
    'NSEC',
    'NSEC3',
    'NS',
    'PTR',
    'RRSIG',
    'SOA',
    'SRV',
    'TXT',
  ] as const),
  ...(['HTTPS', 'SVCB', 'IXFR', 'AXFR', 'ANY'] as const),
  'other',
] as const;
export const protocolLabels = ['udp', 'tcp'] as const;
/** IPv4 and IPv6 (CoreDNS's numbers). */
export const familyLabels = ['1', '2'] as const;

const requestCount = protocolLabels.length * familyLabels.length * typeLabels.length;

const duration = requestCount;
const requestSize = duration + histogramLength(timeBoundsMs);
const responseSize = requestSize + protocolLabels.length * sizesLength;
const dnssecOk = responseSize + protocolLabels.length * sizesLength;
const responses = dnssecOk + 1;
const began = responses + rcodeSlots;

/** Offsets in the series of a zone. */
export const zoneSeries = {
  requests: 0,
  /** In milliseconds. */
  duration,
  requestSize,
  responseSize,
  dnssecOk,
  responses,
  /** No metric: when the query began that is being measured. */
  began,
  /** No metrics either: the bucket of the last query that was measured, and its milliseconds. */
  lastBucket: began + 1,
  lastDuration: began + 2,
  length: began + 3,
} as const;

const otherType = typeLabels.length - 1;
const typeIndexes = new Uint8Array(256).fill(otherType);
for (const [index, label] of typeLabels.entries()) if (label !== 'other') typeIndexes[rrType[label]] = index;

/** Index in `typeLabels`. */
export function typeIndex(type: number): number {
  return type < typeIndexes.length ? typeIndexes[type]! : otherType;
}
