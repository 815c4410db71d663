import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of all connections that may wait for their turn; of about 3 KB each. */
const maxWaiting = 4096;

/** Writes a reply, at once or later. Never throws. */
export type Reply = (response: ServerResponse) => void;

interface Turn {
  readonly reply: Reply;
  readonly response: ServerResponse;
}

interface Connection {
  readonly socket: Socket;
  /** Requests that came before those in front of them were answered, oldest first. */
  readonly waiting: Turn[];
  isAnswering: boolean;
}

/**
 * The connections of one HTTP server. However many there are and whatever they ask, they do not keep others out: where there
 * is no more room the one goes that has asked nothing for the longest time, and of each connection one request is answered in
 * a turn of the event loop, the next one when the client has taken the reply.
 */
export class HttpConnections {
  readonly #max: number;
  readonly #onCut: () => void;
  /** Those that have asked or were answered last stand at the end. */
  readonly #connections = new Map<Socket, Connection>();
  #waiting = 0;

  /** `onCut` is called for each connection that is closed to make room. */
  constructor(max: number, onCut: () => void) {
    this.#max = max;
    this.#onCut = onCut;
  }

  admit(socket: Socket): void {
    if (this.#connections.size >= this.#max) this.#cut(this.#idlest());
    this.#connections.set(socket, { socket, waiting: [], isAnswering: false });
    socket.once('close', () => this.#forget(socket));
  }

  /** Has a request answered when all that the connection has asked before was. */
  queue(socket: Socket, response: ServerResponse, reply: Reply): void {
    const connection = this.#connections.get(socket);
    // It was closed for another, and this stood in what had been read.
    if (!connection) return;
    this.#touch(connection);
    connection.waiting.push({ reply, response });
    this.#waiting++;
    if (!connection.isAnswering) this.#answerNext(connection);
    if (this.#waiting > maxWaiting) this.#cut(this.#busiest());
  }

  #answerNext(connection: Connection): void {
    const turn = connection.waiting.shift();
    connection.isAnswering = turn !== undefined;
    if (!turn) return;
    this.#waiting--;
    // When the system has taken the reply, or nobody is left to take it.
    turn.response.once('close', () => {
      if (this.#connections.get(connection.socket) !== connection) return;
      this.#touch(connection);
      setImmediate(() => this.#answerNext(connection));
    });
    turn.reply(turn.response);
  }

  #touch(connection: Connection): void {
    this.#connections.delete(connection.socket);
    this.#connections.set(connection.socket, connection);
  }

  /** One that is being answered only where all are: it may be that the client does not read. */
  #idlest(): Connection {
    const connections = [...this.#connections.values()];
    return connections.find(({ isAnswering }) => !isAnswering) ?? connections[0]!;
  }

  #busiest(): Connection {
    return [...this.#connections.values()].reduce((a, b) => (a.waiting.length >= b.waiting.length ? a : b));
  }

  #cut({ socket }: Connection): void {
    this.#onCut();
    this.#forget(socket);
    socket.destroy();
  }

  #forget(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (!connection) return;
    this.#waiting -= connection.waiting.length;
    connection.waiting.length = 0;
    this.#connections.delete(socket);
  }
}
