import { loadAddon, type Addon } from './addon.ts';

// Of glibc's malloc.h.
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const thresholdBytes = 128 * 1024;

/**
 * Lets the C library give large memory back to the system as soon as it is freed: glibc learns from what was freed before
 * to keep it, up to 64 MB of it in each of its arenas, and what reading large files takes is kept for good. Others give it back
 * anyway, and have no `mallopt`. As MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ do, for the whole process.
 */
export function keepNoFreedMemory(load: () => Addon = loadAddon): void {
  try {
    const mallopt = load().load(null).func('int mallopt(int, int)');
    mallopt(M_MMAP_THRESHOLD, thresholdBytes);
    mallopt(M_TRIM_THRESHOLD, thresholdBytes);
  } catch {
    // It takes more memory, and goes on. That there is no addon is told by the workers, who need it more.
  }
}
