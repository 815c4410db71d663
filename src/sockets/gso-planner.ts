/** What the kernel cuts one message into at most (UDP_MAX_SEGMENTS), and slots at most. */
const maxSegments = 64;
/** A longer one might have to be sent in fragments, and segments must not: this goes through any IPv6 link (RFC 8200 section 5). */
const maxSegmentSize = 1232;
/** Octets of all segments, with room for headers in a datagram of 65,535. */
const maxJoinedSize = 65_000;
/** More than twice the slots, so that a peer is mostly found at the first look. */
const tableSize = 256;
const none = -1;

/** The replies in slots, at most 64: their octets, whether two go to the same peer, and a number below 256 that is the same then. */
export interface Replies {
  sizeOf(slot: number): number;
  hashOf(slot: number): number;
  areSame(a: number, b: number): boolean;
}

/**
 * Which replies go as one message. The kernel cuts a message into datagrams of one length, only the last of which may be
 * shorter (UDP_SEGMENT, udp(7)), and takes for that much less time than for as many messages. So replies to the same peer go
 * together, the longest first: to proxies and resolvers that send all queries from one socket, or A and AAAA at the same time.
 */
export class GsoPlanner {
  /** The slots in the order in which their replies are sent. */
  readonly slots = new Uint8Array(maxSegments);
  /** Where in `slots` each message ends. */
  readonly ends = new Uint8Array(maxSegments);
  readonly #replies: Replies;
  /** By the hash of a peer: the first slot with a reply to it, and the plan of which that is. */
  readonly #table = new Int32Array(tableSize);
  #plan = 0;
  /** How many replies are laid out. */
  #laidOut = 0;
  /** The first slot of each peer. */
  readonly #peers = new Uint8Array(maxSegments);
  /** By the first slot of a peer: the one with its longest reply. */
  readonly #longest = new Int8Array(maxSegments);
  /** By slot: the next one of the same peer, with a reply that is as long or shorter. */
  readonly #next = new Int8Array(maxSegments);
  /** By the first of slots with replies of one length to one peer: the last of them. */
  readonly #runEnd = new Int8Array(maxSegments);

  constructor(replies: Replies) {
    this.#replies = replies;
  }

  /** Lays out the replies of all slots from one to before another. Returns the number of messages; 0 where each is alone. */
  plan(from: number, to: number): number {
    const peers = this.#sort(from, to);
    if (peers === to - from) return 0;
    let messages = 0;
    this.#laidOut = 0;
    for (let peer = 0; peer < peers; peer++) {
      let slot = this.#longest[this.#peers[peer]!]!;
      while (slot !== none) {
        slot = this.#take(slot);
        this.ends[messages++] = this.#laidOut;
      }
    }
    return messages;
  }

  /** Where in `slots` a message begins. */
  startOf(message: number): number {
    return message === 0 ? 0 : this.ends[message - 1]!;
  }

  /** Makes one message of what goes together, the reply in a slot first. Returns the slot of the first one that does not. */
  #take(slot: number): number {
    const replies = this.#replies;
    const size = replies.sizeOf(slot);
    let room = size > maxSegmentSize ? 0 : maxJoinedSize - size;
    let previous = size;
    do {
      previous = replies.sizeOf(slot);
      this.slots[this.#laidOut++] = slot;
      slot = this.#next[slot]!;
      if (slot === none) break;
      room -= replies.sizeOf(slot);
    } while (room >= 0 && previous === size);
    return slot;
  }

  /** Chains the slots of each peer by length; returns the number of peers. */
  #sort(from: number, to: number): number {
    if (++this.#plan === 2 ** 24) {
      this.#table.fill(0);
      this.#plan = 1;
    }
    let peers = 0;
    for (let slot = from; slot < to; slot++) {
      const first = this.#firstOf(slot);
      if (first === slot) {
        this.#peers[peers++] = slot;
        this.#longest[slot] = this.#runEnd[slot] = slot;
        this.#next[slot] = none;
      } else {
        this.#chain(slot, first);
      }
    }
    return peers;
  }

  /** The first slot of the same peer: the slot itself where there is none yet. */
  #firstOf(slot: number): number {
    const table = this.#table;
    const plan = this.#plan;
    let at = this.#replies.hashOf(slot);
    for (;;) {
      const entry = table[at]!;
      if (entry >> 6 !== plan) break;
      const first = entry & 63;
      if (this.#replies.areSame(first, slot)) return first;
      at = (at + 1) & (tableSize - 1);
    }
    table[at] = (plan << 6) | slot;
    return slot;
  }

  /** Puts a slot behind those of the same peer with as long or longer replies. */
  #chain(slot: number, first: number): void {
    const replies = this.#replies;
    const next = this.#next;
    const size = replies.sizeOf(slot);
    let before = none;
    let run = this.#longest[first]!;
    while (run !== none && replies.sizeOf(run) > size) {
      before = this.#runEnd[run]!;
      run = next[before]!;
    }
    if (run !== none && replies.sizeOf(run) === size) {
      before = this.#runEnd[run]!;
      this.#runEnd[run] = slot;
      next[slot] = next[before]!;
      next[before] = slot;
      return;
    }
    this.#runEnd[slot] = slot;
    next[slot] = run;
    if (before === none) this.#longest[first] = slot;
    else next[before] = slot;
  }
}
