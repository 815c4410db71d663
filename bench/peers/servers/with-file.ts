import { join } from 'node:path';
import type { Found, Place } from './kind.ts';
import { findProgram, versionOf } from './program.ts';

export interface ProgramWithFile {
  readonly program: string;
  /** That makes it print its version. */
  readonly versionOption: string;
  readonly file: string;
  readonly config: (place: Place) => string;
  /** In front of the path of the file. */
  readonly options: readonly string[];
}

/** Finds a server that is started with one configuration file. */
export function findWithFile(given: ProgramWithFile): Promise<Found | undefined> {
  const program = findProgram(given.program);
  if (program === undefined) return Promise.resolve(undefined);
  return Promise.resolve({
    version: versionOf(program, given.versionOption),
    setup: (place) => ({
      files: { [given.file]: given.config(place) },
      command: [program, ...given.options, join(place.directory, given.file)],
    }),
  });
}
