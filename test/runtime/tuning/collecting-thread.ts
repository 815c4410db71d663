import { collectGarbage } from '../../../src/runtime/tuning/heap.ts';

// Collects its garbage again and again, as others do at the same time.
for (let i = 0; i < 200; i++) collectGarbage();
