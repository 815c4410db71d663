import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { collectGarbage } from '../../../runtime/heap.ts';
import { giveWay } from '../../../runtime/priority.ts';
import { readObject } from '../../decode/object.ts';
import { readFile } from './file-reading.ts';
import { nodeFileSystem } from './file-system.ts';
import { memoryOfDocuments, PackedDocuments } from './packed-documents.ts';
import type { ReadingPart, ReadingReply, ReadingRequest, ReadingStart } from './reading-messages.ts';

/** Text of so many octets is collected at once: it is dead, and the collector is in no hurry, for its heap is small. */
const maxDeadBytes = 16 * 1024 * 1024;
/** The least of all: the main thread has more to do with a file than this one, so it must never stand behind it. */
const readingNiceness = 19;

/** The thread of a `ReadingThread`. */
function run(port: MessagePort, { maxFileBytes, tellsSkipped }: ReadingStart): void {
  giveWay(0, readingNiceness);
  let deadBytes = 0;
  const tell = (message: ReadingPart | ReadingReply, memory: ArrayBuffer[] = []): void =>
    port.postMessage(message, memory);
  port.on('message', ({ place, size, known, previous }: ReadingRequest) => {
    const skipped: [string, string][] = [];
    const onSkipped = (origin: string, what: string): void => {
      if (tellsSkipped) skipped.push([origin, what]);
    };
    const before = previous && new PackedDocuments(place);
    before?.append(previous!);
    // Their objects are not here.
    before?.settle();
    const options = { fileSystem: nodeFileSystem, maxFileBytes, readObject, onSkipped, known, previous: before };
    const reading = readFile(place, options);
    let step = reading.next();
    for (; !step.done; step = reading.next()) {
      if (step.value?.type === 'moved') tell({ type: 'part', part: step.value });
      if (step.value?.type !== 'read') continue;
      const { parts } = step.value.documents;
      tell({ type: 'part', part: parts }, memoryOfDocuments(parts));
    }
    tell({ type: 'end', reading: step.value, skipped });
    deadBytes += size;
    if (deadBytes < maxDeadBytes) return;
    collectGarbage();
    deadBytes = 0;
  });
}

run(parentPort!, workerData as ReadingStart);
