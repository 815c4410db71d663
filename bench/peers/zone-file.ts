import { allHosts, negativeTtlSeconds, servicePort, ttlSeconds, zone, type HostList } from './hosts.ts';

/**
 * The lines of a zone file (RFC 1035 section 5) with the answers that our server gives for the hosts. Names are of the
 * length that it has, and the SOA has its TTL, so that replies have the same size.
 */
export function* zoneLines(list: HostList): Generator<string> {
  const ns = `ns.dns.${zone}`;
  yield `$ORIGIN ${zone}`;
  yield `@ ${negativeTtlSeconds} IN SOA ${ns} hostmaster.${zone} 1 7200 1800 86400 ${negativeTtlSeconds}`;
  yield `@ ${ttlSeconds} IN NS ${ns}`;
  yield `${ns} ${ttlSeconds} IN A 127.0.0.1`;
  for (const { name, address } of allHosts(list)) {
    yield `${name}. ${ttlSeconds} IN A ${address}`;
    if (list.hasSrv && !name.startsWith('*.'))
      yield `_${servicePort.name}._tcp.${name}. ${ttlSeconds} IN SRV 0 100 ${servicePort.number} ${name}.`;
  }
}
