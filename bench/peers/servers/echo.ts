import { cProgram } from '../c-program.ts';
import type { Kind, Place } from './kind.ts';

/** The limit: a C program that looks nothing up. */
export const echo: Kind = {
  name: 'echo',
  title: 'C, no lookup',
  hasTls: false,
  hint: 'install a C compiler',
  find() {
    const program = cProgram('echo');
    if (program === undefined) return Promise.resolve(undefined);
    return Promise.resolve({
      version: 'bench/peers/echo.c',
      setup: ({ port }: Place) => ({ files: {}, command: [program, String(port)] }),
    });
  },
};
