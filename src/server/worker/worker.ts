import { randomFillSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { makePlugins } from '../../plugins/plugins.ts';
import { systemClock } from '../../runtime/clock.ts';
import { collectGarbage } from '../../runtime/tuning/heap.ts';
import { makeLogger } from '../../runtime/make-logger.ts';
import { counter } from '../counters.ts';
import { errorMessage } from '../../runtime/errors.ts';
import { enabledTunings } from '../../runtime/tuning/switches.ts';
import type { Generation, WorkerCommand, WorkerReport, WorkerStart } from './worker-protocol.ts';
import { chooseUdpBackend } from '../listen/udp-backend.ts';
import { WorkerServer, type WorkerEnvironment } from './worker-server.ts';

const randomBatch = 1024;

/** Entry point of a worker thread: sockets and chain of all server blocks, driven by the main thread's messages. */
async function run(start: WorkerStart, send: (report: WorkerReport) => void): Promise<void> {
  const clock = systemClock;
  const { counters: memories, config } = start.generation;
  const counters = new Float64Array(memories.get(0)!);
  const logger = makeLogger(start.logFormat, config.debug, clock, () => counters[counter.droppedLogLines]!++);
  const udp = chooseUdpBackend(process.platform, { workers: start.workers, tunings: enabledTunings(process.env) });
  const environment: WorkerEnvironment = {
    plugins: makePlugins(),
    clock,
    logger,
    randomUint16: makeRandomUint16(),
    connectUdp: udp.connect,
    collectGarbage,
    report: (control, data) => send({ type: 'reported', control, data }),
    setDebug: (isOn) => (logger.debugs = isOn),
  };
  const service = new WorkerServer(start, environment, udp.listen);
  parentPort!.on('message', (command: WorkerCommand) => {
    if (command.type === 'table') service.useTable(command.control, command.name, command.handle);
    else if (command.type === 'waiting') service.waiting(command.control, command.name, command.text);
    else if (command.type === 'tls') service.useTls(command.control, command.name, command.material);
    else if (command.type === 'published') service.publish(command.control, command.data);
    else if (command.type === 'reopen') service.reopen(command.address);
    else if (command.type === 'prepare') void prepare(service, command.generation, send);
    else if (command.type === 'commit') {
      service.commit();
      send({ type: 'committed' });
    } else if (command.type === 'abort') void service.abort();
    else {
      void service.close().then(() => {
        logger.flush();
        parentPort!.close();
      });
    }
  });
  try {
    await service.open();
    send({ type: 'listening', udpProblem: udp.problem });
  } catch (error) {
    send({ type: 'failed', message: errorMessage(error) });
    await service.close();
    parentPort!.close();
  }
}

async function prepare(
  service: WorkerServer,
  generation: Generation,
  send: (report: WorkerReport) => void,
): Promise<void> {
  try {
    await service.prepare(generation);
  } catch (error) {
    send({ type: 'refused', message: errorMessage(error) });
    return;
  }
  send({ type: 'prepared' });
}

/** Random numbers for IDs, fetched from the system in batches: a call for each would cost more than the query. */
function makeRandomUint16(): () => number {
  const numbers = new Uint16Array(randomBatch);
  let next = randomBatch;
  return () => {
    if (next === randomBatch) {
      randomFillSync(numbers);
      next = 0;
    }
    return numbers[next++]!;
  };
}

await run(workerData as WorkerStart, (report) => parentPort!.postMessage(report));
