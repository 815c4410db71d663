import { Worker } from 'node:worker_threads';
import type { WorkerCommand, WorkerReport, WorkerStart } from '../../worker/worker-protocol.ts';

/** A thread that runs `worker.ts`; the part of `Worker` that is used. */
export interface WorkerThread {
  postMessage(command: WorkerCommand): void;
  terminate(): Promise<unknown>;
  on(event: 'message', listener: (report: WorkerReport) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

/** In development the source runs as it is; the bundle has both threads' code side by side. */
export function spawnThread(start: WorkerStart): WorkerThread {
  const url = new URL(import.meta.url.endsWith('.ts') ? '../../worker/worker.ts' : './worker.js', import.meta.url);
  return new Worker(url, { workerData: start });
}
