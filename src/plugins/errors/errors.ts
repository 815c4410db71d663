import type { Plugin } from '../plugin.ts';
import type { ErrorsConfig } from './config.ts';
import { errorsHandler } from './handler.ts';
import { parseErrors } from './parse.ts';

/** `errors`: logs why queries failed. */
export const errorsPlugin = {
  name: 'errors',
  parse: parseErrors,
  query: errorsHandler,
} satisfies Plugin<ErrorsConfig>;
