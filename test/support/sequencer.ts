import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Spreads the files of the end-to-end project among the others, longest first and from the beginning: most of their time
 * is spent waiting for an API server, while the others keep the processors busy.
 */
export class MixedSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const { waiting = [], busy = [] } = Object.groupBy(sorted, ({ project }) =>
      project.name === 'e2e' ? 'waiting' : 'busy',
    );
    // The last one must not be left over when all others have ended.
    const gap = Math.floor((0.6 * busy.length) / Math.max(1, waiting.length));
    return [
      ...waiting.flatMap((file, i) => [file, ...busy.slice(i * gap, (i + 1) * gap)]),
      ...busy.slice(waiting.length * gap),
    ];
  }
}
