import { parentPort } from 'node:worker_threads';
import { loadAddon } from '../../../src/runtime/addon.ts';
import { makeListenBatched } from '../../../src/server/listen/batched-udp.ts';
import { bindSystemCalls } from '../../../src/sockets/system-calls.ts';
import { makeListenerEnvironment, oneWorker, ScriptedChain } from '../harness.ts';

/** A worker that listens in batches, tells its port, and ends as it is told. */
const listen = makeListenBatched(bindSystemCalls(loadAddon()), oneWorker);
const { environment } = makeListenerEnvironment(new ScriptedChain());
const listener = await listen({ address: '127.0.0.1', family: 4, port: 0, reusePort: true }, environment);
parentPort!.on('message', (how: 'throws' | 'exits' | 'closes') => {
  if (how === 'throws') throw new Error('a defect that a test wants');
  if (how === 'exits') process.exit(1);
  void listener.close().then(() => parentPort!.close());
});
parentPort!.postMessage(listener.local.port);
