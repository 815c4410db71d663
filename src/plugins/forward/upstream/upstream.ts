import { type ForwardLine, formatUpstream, type UpstreamAddress } from '../config.ts';
import type { Deadlines } from '../query/deadlines.ts';
import { Health } from './health.ts';
import { Limitation } from './limitation.ts';
import type { UpstreamMeter } from '../meter.ts';
import { TcpPool } from './tcp-pool.ts';
import { UdpPool } from './udp-pool.ts';

/** One upstream of a line: its sockets and its health. */
export class Upstream {
  /** `10.0.0.1:53`, for messages. */
  readonly name: string;
  readonly health: Health;
  /** It does not speak EDNS (RFC 6891 section 7). */
  readonly noEdns = new Limitation();
  readonly udp: UdpPool;
  readonly tcp: TcpPool;
  readonly meter: UpstreamMeter | undefined;

  constructor(
    upstream: UpstreamAddress,
    line: ForwardLine,
    deadlines: Deadlines,
    randomUint16: () => number,
    meter?: UpstreamMeter,
  ) {
    this.name = formatUpstream(upstream);
    this.meter = meter;
    this.health = new Health(line.maxFails);
    const { sourceAddress, idleTimeoutMs, maxAgeMs, maxIdleConnections } = line;
    const common = { upstream, sourceAddress, deadlines, randomUint16 };
    this.udp = new UdpPool(common);
    this.tcp = new TcpPool({ ...common, idleTimeoutMs, maxAgeMs, maxIdleConnections });
  }

  /** Closes all sockets once they wait for nothing. */
  close(): void {
    this.udp.close();
    this.tcp.close();
  }
}
