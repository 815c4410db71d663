import { workerData } from 'node:worker_threads';
import { collectGarbage } from '../../runtime/heap.ts';
import { giveWay } from '../../runtime/priority.ts';
import { readObject } from '../read/object.ts';
import { readFile } from './file-reading.ts';
import { nodeFileSystem } from './file-system.ts';
import { memoryOfDocuments, type PackedDocuments } from './packed-documents.ts';
import {
  threadEnded,
  type ReadingPart,
  type ReadingReply,
  type ReadingRequest,
  type ReadingStart,
} from './reading-messages.ts';

/** Text of so many octets is collected at once: it is dead, and the collector is in no hurry, for its heap is small. */
const maxDeadBytes = 16 * 1024 * 1024;
/** The least of all: the main thread has more to do with a file than this one, so it must never stand behind it. */
const readingNiceness = 19;

/** The thread of a `ReadingThread`. */
function run({ port, replies, maxFileBytes, tellsSkipped }: ReadingStart): void {
  const wake = (): void => {
    Atomics.add(replies, 0, 1);
    Atomics.notify(replies, 0);
  };
  const tell = (reply: ReadingPart | ReadingReply, memory: ArrayBuffer[]): void => {
    port.postMessage(reply, memory);
    wake();
  };
  // Also where it dies.
  process.once('exit', () => {
    Atomics.store(replies, 0, threadEnded);
    Atomics.notify(replies, 0);
  });
  wake();
  giveWay(0, readingNiceness);
  let deadBytes = 0;
  port.on('message', ({ place, size }: ReadingRequest) => {
    const skipped: [string, string][] = [];
    const onSkipped = (origin: string, what: string): void => {
      if (tellsSkipped) skipped.push([origin, what]);
    };
    const onPart = ({ parts }: PackedDocuments): void => tell({ place, part: parts }, memoryOfDocuments(parts));
    const reading = readFile(place, { fileSystem: nodeFileSystem, maxFileBytes, readObject, onSkipped, onPart });
    if (reading.type === 'documents') {
      const { type, hash, documents } = reading;
      const { parts } = documents;
      tell({ place, reading: { type, hash, parts }, skipped }, memoryOfDocuments(parts));
    } else if (reading.type === 'problem') {
      tell({ place, reading, skipped }, []);
    }
    deadBytes += size;
    if (deadBytes < maxDeadBytes) return;
    collectGarbage();
    deadBytes = 0;
  });
}

run(workerData as ReadingStart);
