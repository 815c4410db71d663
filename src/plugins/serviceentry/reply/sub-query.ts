import { maxMessageSize } from '../../../wire/codes.ts';
import { encodeQuestion } from '../../../wire/message.ts';
import { Query } from '../../../wire/query.ts';

/** What the answer of one client's query may still cost; all queries that are made for it share it. */
export interface Budget {
  /** Queries that may still be made. */
  lookups: number;
}

/** A query that is made to answer another: for an endpoint that is a host name. It asks as the client asks. */
export class SubQuery extends Query {
  /** The client's query. */
  readonly root: Query;
  /** How many host names lead from the client's query to this one. */
  readonly depth: number;
  readonly budget: Budget;

  /** `name` is a wire name; `parent` must be held, as this outlives the receive buffer. */
  constructor(parent: Query, name: Uint8Array, type: number, budget: Budget) {
    super(parent.hashSeed, parent.hasher);
    this.root = parent instanceof SubQuery ? parent.root : parent;
    this.depth = parent instanceof SubQuery ? parent.depth + 1 : 1;
    this.budget = budget;
    this.bytes = encodeQuestion(name, type);
    this.end = this.bytes.length;
    this.peer = parent.peer;
    this.local = parent.local;
    this.recursionAvailable = parent.recursionAvailable;
    this.read();
    this.deadline = parent.deadline;
    this.metadata = parent.metadata;
    this.trace = parent.trace;
    // The addresses are read here; no client has to take the message.
    this.replyLimit = maxMessageSize;
  }
}
