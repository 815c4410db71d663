import type { SystemCalls } from './system-calls.ts';

/** Numbers of sched_setattr and sched_getattr, which have no function in older C libraries. */
const numbers: Readonly<Record<string, { readonly set: number; readonly get: number } | undefined>> = {
  x64: { set: 314, get: 315 },
  arm64: { set: 274, get: 275 },
};

// struct sched_attr, first version: [size 4][policy 4][flags 8][nice 4][priority 4][runtime 8][deadline 8][period 8]
const attributesSize = 48;
const runtimeAt = 24;
/** The shortest that the kernel takes. */
const sliceNs = 100_000n;

/**
 * Asks the kernel for short time slices for the calling thread. From Linux 6.12 on, a thread that wakes up may take the
 * processor from one with longer slices; else it waits for the next tick of the clock, up to 4 ms, while the main thread
 * reads lists or V8 collects its garbage. One that went to sleep a few microseconds ago has had its share, and waits all the
 * same. Older kernels take no notice, and where it is forbidden all goes on as before. Needs no rights.
 */
export function askForShortSlice(calls: SystemCalls, architecture: string): void {
  const number = numbers[architecture];
  if (!number) return;
  const attributes = new Uint8Array(attributesSize);
  if (calls.syscall(number.get, 0, attributes, attributesSize, 0) < 0) return;
  new DataView(attributes.buffer).setBigUint64(runtimeAt, sliceNs, true);
  calls.syscall(number.set, 0, attributes, 0, 0);
}
