import { headerFlag, maxMessageSize } from '../../../wire/codes.ts';
import { QueryMetadata } from '../../../wire/metadata.ts';
import { Query, type Peer } from '../../../wire/query.ts';

/** A client's query, to be asked once more while the client has its reply already. */
export class RefreshQuery extends Query {
  /** What it needs of the client's query is copied. */
  constructor(client: Query) {
    super(client.hashSeed, client.hasher);
    this.bytes = new Uint8Array(client.bytes.subarray(client.start, client.end));
    this.end = this.bytes.length;
    this.transport = client.transport;
    this.peer = copyOf(client.peer);
    this.local = copyOf(client.local);
    this.recursionAvailable = client.recursionAvailable;
    this.read();
    this.upstreamOptions = client.upstreamOptions;
    this.tellsSubnet = client.tellsSubnet;
    if (client.metadata) this.metadata = new QueryMetadata(client.metadata.sources);
    this.readName();
    this.bytes[3]! |= headerFlag.AD;
    // It is kept for all, whatever this client can take.
    this.replyLimit = maxMessageSize;
  }
}

/** Sockets use their objects again. */
function copyOf({ address, port, family }: Peer): Peer {
  return { address, port, family };
}
