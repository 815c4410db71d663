import { connect } from 'node:net';

/** Tries to connect; calls back once, with what it failed with or `undefined`. The result gives up, without a call. */
export type Connect = (ip: string, port: number, done: (error: string | undefined) => void) => () => void;

/** Over TCP. The connection is reset: nothing is sent, and nothing of it is left to wait on either side. */
export const connectTcp: Connect = (ip, port, done) => {
  const socket = connect({ host: ip, port });
  let isOver = false;
  const end = (error: string | undefined): void => {
    if (isOver) return;
    isOver = true;
    socket.resetAndDestroy();
    done(error);
  };
  socket.once('connect', () => end(undefined));
  // Also one that comes after the end must not be thrown.
  socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  return () => {
    isOver = true;
    socket.destroy();
  };
};
